#!/bin/sh
# Prints what an image is made of as SPDX 2.3 in JSON: the suite at a commit, and every Debian package that is installed.
#
# Usage: sbom.sh COMMIT [FOLDER]       FOLDER is the root of the image's file system; / when not given.
# Runs in the image too, so it takes no more than dpkg, sed and awk. SOURCE_DATE_EPOCH, when set, is the time of making.
set -eu
: "${1:?is the commit}"
created=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)

dpkg-query --admindir="${2:-}/var/lib/dpkg" -W -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\n' |
  awk -F '\t' -v commit="$1" -v created="$created" '
    # In an SPDXID only letters, digits, dots and dashes may be; in a package URL a plus or colon is written as its number.
    function id(text) { gsub(/\+/, "-plus-", text); gsub(/[^A-Za-z0-9.-]/, "-", text); return text }
    function url(text) { gsub(/\+/, "%2B", text); gsub(/:/, "%3A", text); return text }
    BEGIN {
      printf "{\"spdxVersion\":\"SPDX-2.3\",\"dataLicense\":\"CC0-1.0\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"oversight-%s\",", commit
      printf "\"documentNamespace\":\"urn:oversight:sbom:%s:%s\",", commit, url(created)
      printf "\"creationInfo\":{\"created\":\"%s\",\"creators\":[\"Tool: oversight-sbom.sh\"]},\n\"packages\":[\n", created
      printf "{\"SPDXID\":\"SPDXRef-oversight\",\"name\":\"oversight\",\"versionInfo\":\"%s\",\"licenseDeclared\":\"MIT\",", commit
      printf "\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false}"
      related = "{\"spdxElementId\":\"SPDXRef-DOCUMENT\",\"relationshipType\":\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-oversight\"}"
    }
    {
      this = "SPDXRef-deb-" id($1) "-" id($3)
      printf ",\n{\"SPDXID\":\"%s\",\"name\":\"%s\",\"versionInfo\":\"%s\",\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,", this, $1, $2
      printf "\"sourceInfo\":\"built from %s\",\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",", $4
      printf "\"referenceLocator\":\"pkg:deb/debian/%s@%s?arch=%s&distro=bookworm\"}]}", url($1), url($2), $3
      related = related ",\n{\"spdxElementId\":\"SPDXRef-oversight\",\"relationshipType\":\"DEPENDS_ON\",\"relatedSpdxElement\":\"" this "\"}"
    }
    END { printf "\n],\n\"relationships\":[\n%s\n]}\n", related }'
