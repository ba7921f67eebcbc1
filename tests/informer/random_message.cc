#include "tests/informer/random_message.h"

#include <array>

namespace oversight::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Text(std::mt19937_64& random) {
  static const std::array<std::string, 12> kTexts = {"",
                                                     "forces/kent",
                                                     "forces/-",
                                                     "forces/kent/concerns/12",
                                                     "themes/theft",
                                                     "a\xff",
                                                     "\xc3\xa9t\xc3\xa9",
                                                     "-",
                                                     "*",
                                                     "name",
                                                     "display_name",
                                                     "\xed\xa0\x80"};
  switch (random() % 4) {
    case 0:
      return std::string(random() % 40000, 'x');
    case 1: {
      std::string bytes;
      for (int i = random() % 30; i > 0; --i) bytes += static_cast<char>(random());
      return bytes;
    }
    default:
      return kTexts[random() % kTexts.size()];
  }
}

int64_t Integer(std::mt19937_64& random) {
  switch (random() % 5) {
    case 0:
      return std::numeric_limits<int64_t>::min();
    case 1:
      return std::numeric_limits<int64_t>::max();
    case 2:
      return static_cast<int64_t>(random());
    default:
      return static_cast<int64_t>(random() % 40) - 5;
  }
}

void FillField(Message* message, const FieldDescriptor* field, std::mt19937_64& random, int depth) {
  const auto& reflection = *message->GetReflection();
  const bool many = field->is_repeated();
  const int64_t number = Integer(random);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      FillAtRandom(many ? reflection.AddMessage(message, field) : reflection.MutableMessage(message, field), random,
                   depth + 1);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      many ? reflection.AddString(message, field, Text(random)) : reflection.SetString(message, field, Text(random));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      many ? reflection.AddEnumValue(message, field, number) : reflection.SetEnumValue(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      many ? reflection.AddInt32(message, field, number) : reflection.SetInt32(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      many ? reflection.AddInt64(message, field, number) : reflection.SetInt64(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      many ? reflection.AddUInt32(message, field, number) : reflection.SetUInt32(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      many ? reflection.AddUInt64(message, field, number) : reflection.SetUInt64(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      many ? reflection.AddBool(message, field, number & 1) : reflection.SetBool(message, field, number & 1);
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      many ? reflection.AddFloat(message, field, number) : reflection.SetFloat(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      many ? reflection.AddDouble(message, field, number / 0.0) : reflection.SetDouble(message, field, number / 0.0);
      break;
  }
}

}  // namespace

void FillAtRandom(Message* message, std::mt19937_64& random, int depth) {
  if (depth > 6) return;
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (random() % 3 == 0) continue;
    for (int n = field->is_repeated() ? random() % 4 : 1; n > 0; --n) FillField(message, field, random, depth);
  }
}

}  // namespace oversight::test
