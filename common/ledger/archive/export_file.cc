#include "common/ledger/archive/export_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <streambuf>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

constexpr size_t kBuffer = 256 << 10;

absl::Status CannotWrite(const std::string& path, const std::string& why) {
  return absl::FailedPreconditionError(absl::StrCat("Cannot write ", path, ": ", why, "."));
}
absl::Status NoRoom(const std::string& path) {
  return Error(absl::StatusCode::kResourceExhausted, common::v1::ERROR_REASON_STORE_FULL,
               absl::StrCat("Cannot write ", path, ": the disk is full, or fails."));
}

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

// Writes to zlib's file, which passes on as it is what is not to be compressed.
class WriteBuffer final : public std::streambuf {
 public:
  explicit WriteBuffer(gzFile file) : file_(file) { setp(data_.data(), data_.data() + data_.size()); }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  int sync() override {
    const auto size = static_cast<unsigned>(pptr() - pbase());
    if (size > 0 && gzwrite(file_, pbase(), size) != static_cast<int>(size)) return -1;
    setp(data_.data(), data_.data() + data_.size());
    return 0;
  }

 private:
  const gzFile file_;
  std::vector<char> data_ = std::vector<char>(kBuffer);
};

// Expands a compressed stream. Unlike zlib's own file it gives out what comes before a damage, so that the damage can
// be told by its place.
class ExpandBuffer final : public std::streambuf {
 public:
  explicit ExpandBuffer(std::istream& packed) : packed_(packed) {
    constexpr int kGzip = 16;  // added to the bits of the window
    failed_ = inflateInit2(&state_, MAX_WBITS + kGzip) != Z_OK;
  }
  ~ExpandBuffer() override { inflateEnd(&state_); }
  // The stream that reads from here is told when there is more amiss than the end of the file.
  void Tell(std::istream& reading) { reading_ = &reading; }

 protected:
  int_type underflow() override {
    state_.next_out = reinterpret_cast<Bytef*>(data_.data());
    state_.avail_out = static_cast<uInt>(data_.size());
    while (!failed_ && !ended_ && state_.avail_out > 0) Expand();
    const size_t got = data_.size() - state_.avail_out;
    if (got == 0) {
      if (failed_) reading_->setstate(std::ios::badbit);
      return traits_type::eof();
    }
    setg(data_.data(), data_.data(), data_.data() + got);
    return traits_type::to_int_type(data_[0]);
  }

 private:
  void Expand() {
    if (state_.avail_in == 0) {
      packed_.read(packed_data_.data(), static_cast<std::streamsize>(packed_data_.size()));
      state_.next_in = reinterpret_cast<Bytef*>(packed_data_.data());
      state_.avail_in = static_cast<uInt>(packed_.gcount());
    }
    const int code = state_.avail_in == 0 ? Z_BUF_ERROR : inflate(&state_, Z_NO_FLUSH);  // Cut off, when it is empty.
    if (code != Z_STREAM_END) {
      failed_ = code != Z_OK;
      return;
    }
    ended_ = true;
    // Nothing of ours comes behind it.
    failed_ = state_.avail_in > 0 || packed_.peek() != traits_type::eof();
  }

  std::istream& packed_;
  std::istream* reading_ = nullptr;
  z_stream state_{};
  bool failed_ = false, ended_ = false;
  std::vector<char> data_ = std::vector<char>(kBuffer), packed_data_ = std::vector<char>(kBuffer);
};

class Output final : public ExportOutput {
 public:
  explicit Output(const std::string& path) : path_(path), partial_(path + ".partial") {}
  ~Output() override {
    stream_.reset();
    if (file_ != nullptr) gzclose(file_);
    if (mine_) unlink(partial_.c_str());
  }

  absl::Status Open() {
    fd_ = Descriptor(open(partial_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (fd_.get() < 0) return CannotWrite(path_, strerrordesc_np(errno));
    struct stat opened {
    }, named{};
    // The other may have finished, and given away its name, between our opening and our locking.
    if (flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 || fstat(fd_.get(), &opened) != 0 ||
        stat(partial_.c_str(), &named) != 0 || opened.st_ino != named.st_ino || opened.st_dev != named.st_dev) {
      return CannotWrite(path_, absl::StrCat("another process is writing ", partial_));
    }
    mine_ = true;
    if (ftruncate(fd_.get(), 0) != 0 || fchmod(fd_.get(), 0600) != 0) return NoRoom(path_);
    const int fd = dup(fd_.get());
    file_ = gzdopen(fd, absl::EndsWith(path_, ".gz") ? "wb" : "wbT");
    if (file_ == nullptr) {
      close(fd);
      return CannotWrite(path_, "no memory");
    }
    gzbuffer(file_, kBuffer);
    buffer_ = std::make_unique<WriteBuffer>(file_);
    stream_ = std::make_unique<std::ostream>(buffer_.get());
    return absl::OkStatus();
  }

  std::ostream& stream() override { return *stream_; }

  absl::StatusOr<FileDigest> Finish() override {
    stream_->flush();
    const bool written = stream_->good();
    if (gzclose(std::exchange(file_, nullptr)) != Z_OK || !written || fsync(fd_.get()) != 0) return NoRoom(path_);
    OVERSIGHT_ASSIGN_OR_RETURN(FileDigest digest, DigestOf(partial_));
    if (std::rename(partial_.c_str(), path_.c_str()) != 0) return CannotWrite(path_, strerrordesc_np(errno));
    mine_ = false;
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    const Descriptor directory(open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || fsync(directory.get()) != 0) return NoRoom(path_);
    return digest;
  }

 private:
  const std::string path_, partial_;
  Descriptor fd_;
  bool mine_ = false;  // the partial file is
  gzFile file_ = nullptr;
  std::unique_ptr<WriteBuffer> buffer_;
  std::unique_ptr<std::ostream> stream_;
};

class PlainInput final : public ExportInput {
 public:
  explicit PlainInput(std::ifstream file) : file_(std::move(file)) {}
  std::istream& stream() override { return file_; }

 private:
  std::ifstream file_;
};

class PackedInput final : public ExportInput {
 public:
  explicit PackedInput(std::ifstream file) : file_(std::move(file)) { buffer_.Tell(stream_); }
  std::istream& stream() override { return stream_; }

 private:
  std::ifstream file_;
  ExpandBuffer buffer_{file_};
  std::istream stream_{&buffer_};
};

}  // namespace

absl::StatusOr<FileDigest> DigestOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  FileDigest digest;
  std::vector<char> data(kBuffer);
  while (in.read(data.data(), static_cast<std::streamsize>(data.size())) || in.gcount() > 0) {
    digest.bytes += in.gcount();
    EVP_DigestUpdate(context.get(), data.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad() || !in.eof()) return absl::NotFoundError(absl::StrCat("Cannot read ", path, "."));
  digest.sha256.resize(32);
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.sha256.data()), nullptr);
  return digest;
}

absl::StatusOr<std::unique_ptr<ExportOutput>> ExportOutput::Create(const std::string& path) {
  auto output = std::make_unique<Output>(path);
  OVERSIGHT_RETURN_IF_ERROR(output->Open());
  return output;
}

absl::StatusOr<std::unique_ptr<ExportInput>> ExportInput::Open(const std::string& path) {
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("Cannot read ", path, "."));
  }
  // Without moving on, so that a pipe will do. JSON does not begin so, and everything by gzip does.
  if (file.peek() == 0x1f) return std::make_unique<PackedInput>(std::move(file));
  return std::make_unique<PlainInput>(std::move(file));
}

}  // namespace oversight::ledger
