// The options of a device on a command line: "--resolution 300 --mode=Gray --preview", and the area to scan.
//
// Local objects of a command. Functions throw ToolError that names what is wrong.
#pragma once

#include "tool/scanner/ScannerOptions.hxx"

#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct OptionArgument {
    std::string name;
    std::optional<std::string> value; // none: a button; a bool without one has "yes"
};

// words: what the command itself doesn't know. Which of them are values depends on the device's options.
std::vector<OptionArgument> readOptionArguments(const std::vector<std::string> &words, ScannerOptions &options);

// In their order; those that are inactive at first again behind the others, which may have made them active.
void applyOptionArguments(const std::vector<OptionArgument> &arguments, ScannerOptions &options);

// As scanimage has it, in the unit of the device's options, which is mm for most: -l and -t are where the area begins,
// -x and -y its width and height. Empty texts: not given.
struct ScanArea {
    std::string left, top, width, height;
};

void applyScanArea(const ScanArea &area, ScannerOptions &options);

} // namespace netsane
