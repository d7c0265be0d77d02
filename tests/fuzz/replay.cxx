// The main function of fuzz targets in an ordinary build: runs each input of the corpus once. Arguments are files or
// folders; without any it is the target's corpus in the source tree, which NETSANE_SRCDIR names.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/// A target need not have it.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

namespace {

namespace fs = std::filesystem;

/// Wall time, on a machine that has other things to do; SIGALRM ends the program.
constexpr unsigned input_seconds = 60;

fs::path corpusOf(fs::path program)
{
    const char *const source = std::getenv("NETSANE_SRCDIR");
    return fs::path(source != nullptr ? source : ".") / "tests/fuzz/corpus" / program.filename();
}

std::vector<fs::path> inputsIn(const std::vector<fs::path> &places)
{
    std::vector<fs::path> inputs;
    for (const fs::path &place : places) {
        if (!fs::is_directory(place)) {
            inputs.push_back(place);
            continue;
        }
        for (const auto &entry : fs::directory_iterator(place))
            inputs.push_back(entry.path());
    }
    std::ranges::sort(inputs);
    return inputs;
}

void run(const fs::path &path)
{
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file)
        throw std::runtime_error("can't be read");
    // a block of exactly this size, so that a sanitizer sees who reads past it
    const auto bytes = std::make_unique<uint8_t[]>(text.size());
    std::ranges::copy(text, bytes.get());
    ::alarm(input_seconds);
    LLVMFuzzerTestOneInput(bytes.get(), text.size());
    ::alarm(0);
}

} // namespace

int main(int argc, char **argv)
{
    try {
        if (LLVMFuzzerInitialize != nullptr)
            LLVMFuzzerInitialize(&argc, &argv);
        std::vector<fs::path> places(argv + 1, argv + argc);
        if (places.empty())
            places.push_back(corpusOf(argv[0]));
        std::printf("each of these inputs has %u s; what fails is the last one:\n", input_seconds);
        const std::vector<fs::path> inputs = inputsIn(places);
        for (const fs::path &input : inputs)
            run(input);
        std::printf("%zu inputs\n", inputs.size());
        return inputs.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::printf("%s\n", error.what());
        return EXIT_FAILURE;
    }
}
