// The options of a device for people and for programs. Plain values, and functions without state.
#pragma once

#include "tool/scanner/ScannerOptions.hxx"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace netsane {

struct OptionRange {
    double min = 0;
    double max = 0;
    double step = 0; // 0: any
};

struct OptionFacts {
    std::string name;
    std::string title;
    std::string description;
    std::string type;
    std::string unit;
    std::string allowed; // for people
    std::vector<std::string> words;
    std::optional<OptionRange> range;
    std::optional<std::string> value;
    std::size_t count = 1; // of numbers in the value
    bool active = false;
    bool settable = false;
    bool automatic = false;
    bool advanced = false;
};

struct OptionGroup {
    std::string title;
    std::vector<OptionFacts> options;
};

// In the device's order; groups without options are left out.
std::vector<OptionGroup> readOptions(ScannerOptions &options);

struct TableStyle {
    std::size_t columns = 0; // where lines end at most; 0: anywhere
    bool colours = false;
};

std::string optionsText(const std::vector<OptionGroup> &groups, TableStyle style);

// One object; numbers are numbers, bools bools, and many numbers a list.
std::string optionsJson(const std::string &device, const std::vector<OptionGroup> &groups);

} // namespace netsane
