#include "forces-service/domain/text.h"

#include "gtest/gtest.h"

namespace oversight::forces {
namespace {

TEST(HasControlCharacter, FindsThem) {
  EXPECT_FALSE(HasControlCharacter("Heddlu Dyfed-Powys ŵ"));
  EXPECT_TRUE(HasControlCharacter(std::string("a\0b", 3)));
  EXPECT_TRUE(HasControlCharacter("a\x7F"));
  EXPECT_TRUE(HasControlCharacter("a\x1B[1m"));
}

}  // namespace
}  // namespace oversight::forces
