// The bytes of the contract: a google.protobuf.FileDescriptorSet with comments, made by protoc
// (gateway/CMakeLists.txt). The assembler takes them from the file as they are, which costs no time to compile.
asm(R"(
  .pushsection .rodata
  .global oversight_contract_begin
  .global oversight_contract_end
  .balign 8
oversight_contract_begin:
  .incbin ")" OVERSIGHT_CONTRACT_FILE R"("
oversight_contract_end:
  .byte 0
  .popsection
)");
