#include "common/rpc/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/text/file.h"
#include "common/time/timestamp.h"

namespace oversight::rpc {
namespace {

// How far the clock of whoever issues may be ahead of ours.
constexpr absl::Duration kSkew = absl::Seconds(10);

template <class T, void (*free_it)(T*)>
struct Freer {
  void operator()(T* object) const { free_it(object); }
};
using Bio = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE, X509_STORE_free>>;
using Check = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX, X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES, GENERAL_NAMES_free>>;

Bio Open(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::vector<Certificate> Certificates(const std::string& text) {
  std::vector<Certificate> all;
  const Bio bio = Open(text);
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) all.emplace_back(one);
  ERR_clear_error();  // The end is told as an error.
  return all;
}

// Nobody is asked for a password.
int NoPassword(char*, int, int, void*) { return 0; }

Key PrivateKey(const std::string& text) {
  Key key(PEM_read_bio_PrivateKey(Open(text).get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  return key;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::vector<std::string> NamesOf(X509* certificate, int type) {
  std::vector<std::string> result;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != type) continue;
    const ASN1_STRING* text = type == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName;
    result.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                        static_cast<size_t>(ASN1_STRING_length(text)));
  }
  return result;
}

class Checker {
 public:
  Checker(const TlsFiles& files, CertificateUse use, absl::Time now) : files_(files), use_(use), now_(now) {}

  absl::StatusOr<CertificateFacts> Run() {
    const std::vector<Certificate> authorities = ReadCertificates("--tls-ca", files_.ca);
    if (!files_.cert.empty() || !files_.key.empty() || use_ == CertificateUse::kServerAndClient) {
      const std::vector<Certificate> own = ReadCertificates("--tls-cert", files_.cert);
      const Key key = ReadKey();
      if (!own.empty() && key != nullptr && X509_check_private_key(own[0].get(), key.get()) != 1) {
        Fault("--tls-key", files_.key,
              "is not the key of the first certificate of --tls-cert: both must be of the same issue");
      }
      if (!own.empty()) Examine(own, authorities);
    }
    ERR_clear_error();
    if (faults_.empty()) return facts_;
    return absl::InvalidArgumentError(absl::StrJoin(faults_, ". ") + ".");
  }

 private:
  void Fault(const char* flag, const std::string& path, const std::string& what) {
    faults_.push_back(absl::StrCat(flag, path.empty() ? "" : absl::StrCat(" (", path, ")"), " ", what));
  }

  std::optional<std::string> ReadFile(const char* flag, const std::string& path) {
    if (path.empty()) {
      Fault(flag, path, "is missing: name a PEM file");
      return std::nullopt;
    }
    auto text = ReadWholeFile(path);
    if (!text) Fault(flag, path, "cannot be read: look whether it is there and this user may read it");
    return text;
  }

  std::vector<Certificate> ReadCertificates(const char* flag, const std::string& path) {
    const auto text = ReadFile(flag, path);
    if (!text) return {};
    std::vector<Certificate> all = Certificates(*text);
    if (all.empty()) Fault(flag, path, "holds no certificate in PEM form (BEGIN CERTIFICATE)");
    return all;
  }

  Key ReadKey() {
    const auto text = ReadFile("--tls-key", files_.key);
    if (!text) return nullptr;
    Key key = PrivateKey(*text);
    if (key == nullptr) Fault("--tls-key", files_.key, "holds no private key in PEM form, or one with a password");
    return key;
  }

  void Examine(const std::vector<Certificate>& own, const std::vector<Certificate>& authorities) {
    X509* const leaf = own[0].get();
    const absl::Time begins = TimeOf(X509_get0_notBefore(leaf)), ends = TimeOf(X509_get0_notAfter(leaf));
    if (now_ < begins && now_ + kSkew >= begins) now_ = begins;
    bool valid = true;
    if (now_ < begins || now_ >= ends) {
      valid = false;
      Fault("--tls-cert", files_.cert,
            now_ < begins ? absl::StrCat("is not valid before ", FormatUtc(begins), ": look at this machine's clock")
                          : absl::StrCat("expired at ", FormatUtc(ends), ": issue a new one"));
    }
    facts_.expires = ends;
    facts_.dns = NamesOf(leaf, GEN_DNS);
    const std::vector<std::string> uris = NamesOf(leaf, GEN_URI);
    facts_.identity = !uris.empty() ? uris[0] : !facts_.dns.empty() ? facts_.dns[0] : "";
    if (facts_.identity.empty()) {
      Fault("--tls-cert", files_.cert, "names nobody: it needs a subject alternative name, DNS or URI");
    }
    if (!authorities.empty() && valid) Verify(own, authorities);
  }

  void Verify(const std::vector<Certificate>& own, const std::vector<Certificate>& authorities) {
    const Store store(X509_STORE_new());
    for (const Certificate& authority : authorities) X509_STORE_add_cert(store.get(), authority.get());
    STACK_OF(X509)* between = sk_X509_new_null();
    for (size_t i = 1; i < own.size(); ++i) sk_X509_push(between, own[i].get());
    std::vector<std::pair<int, const char*>> uses = {{X509_PURPOSE_SSL_CLIENT, "calling others (clientAuth)"}};
    if (use_ == CertificateUse::kServerAndClient) {
      uses.emplace_back(X509_PURPOSE_SSL_SERVER, "answering calls (serverAuth)");
    }
    for (const auto& [purpose, words] : uses) {
      const Check check(X509_STORE_CTX_new());
      X509_STORE_CTX_init(check.get(), store.get(), own[0].get(), between);
      X509_STORE_CTX_set_purpose(check.get(), purpose);
      X509_STORE_CTX_set_time(check.get(), 0, absl::ToTimeT(now_));
      if (X509_verify_cert(check.get()) == 1) {
        STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(check.get());
        for (int i = 0; i < sk_X509_num(chain); ++i) {
          facts_.expires = std::min(facts_.expires, TimeOf(X509_get0_notAfter(sk_X509_value(chain, i))));
        }
        continue;
      }
      const int why = X509_STORE_CTX_get_error(check.get());
      if (why == X509_V_ERR_INVALID_PURPOSE) {
        Fault("--tls-cert", files_.cert, absl::StrCat("is not for ", words, ": issue one whose usages allow it"));
      } else {
        Fault(
            "--tls-cert", files_.cert,
            absl::StrCat("is not from an authority of --tls-ca (", files_.ca, "): ", X509_verify_cert_error_string(why),
                         ". Give both of the same authority, and in --tls-cert "
                         "any certificates between"));
        break;
      }
    }
    sk_X509_free(between);
  }

  const TlsFiles& files_;
  const CertificateUse use_;
  absl::Time now_;
  CertificateFacts facts_;
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<CertificateFacts> CheckCertificates(const TlsFiles& files, CertificateUse use, absl::Time now) {
  return Checker(files, use, now).Run();
}

}  // namespace oversight::rpc
