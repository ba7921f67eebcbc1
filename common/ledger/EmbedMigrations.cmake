# cmake -DOUT=... -DFILES="a.sql;b.sql" -DVARIABLE=kSqliteMigrations -P EmbedMigrations.cmake
# Writes a C++ file with the numbered SQL files in it, so that a binary carries its own schema.
string(REPLACE "," ";" FILES "${FILES}")
list(SORT FILES)
set(code "#include \"common/ledger/migrations.h\"\n\nnamespace oversight::ledger {\n\nconst std::vector<Migration>& ${FUNCTION}() {\n  static const std::vector<Migration> migrations = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  math(EXPR number "1${number} - 10000")
  file(READ ${file} sql)
  string(APPEND code "      {${number}, \"${name}\", R\"SQL(${sql})SQL\"},\n")
endforeach()
string(APPEND code "  };\n  return migrations;\n}\n\n}  // namespace oversight::ledger\n")
file(WRITE ${OUT} "${code}")
