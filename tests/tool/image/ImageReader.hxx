// What writers have written, read back by the same libraries. For tests.
#pragma once

#include "tool/image/PageLayout.hxx"

#include <cstdio>
#include <vector>

namespace netsane {

struct ReadPage {
    PageLayout layout;
    std::vector<unsigned char> bytes; // rows as PageLayout.hxx says
};

ReadPage readPng(std::FILE *stream);
std::vector<ReadPage> readTiff(const char *path);
ReadPage readJpeg(std::FILE *stream);

} // namespace netsane
