// The options of an open device by their names. Owned by a command, uses its Scanner.
//
// Setting an option may change others: descriptors are asked for each time, and pointers hold until the next set().
// Functions throw ToolError.
#pragma once

#include "tool/scanner/Scanner.hxx"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

class ScannerOptions {
public:
    // say: what the device did with a value that it didn't take as it was.
    ScannerOptions(Scanner &scanner, std::function<void(const std::string &)> say);

    // Including option 0, which is their number.
    SANE_Int count() const noexcept { return count_; }
    const SANE_Option_Descriptor *at(SANE_Int number) { return scanner_.descriptor(number); }

    // By name; groups have none. nullptr: there is none.
    const SANE_Option_Descriptor *find(std::string_view name);

    // As text; nothing where it can't be read at present.
    std::optional<std::string> value(SANE_Int number);
    std::optional<std::string> value(std::string_view name);

    // A single number, in the option's unit; nothing for others.
    std::optional<double> number(std::string_view name);

    // Like the option itself as sane_control_option takes it. text: nothing for a button; "auto" where the device can
    // choose. Usage errors name option, value and what is allowed.
    void set(std::string_view name, const std::optional<std::string> &text);

private:
    std::optional<SANE_Int> numberOf(std::string_view name);
    std::optional<std::vector<std::byte>> bytes(SANE_Int number);
    void control(SANE_Int number, SANE_Action action, void *value, const std::string &text);

    Scanner &scanner_;
    const std::function<void(const std::string &)> say_;
    SANE_Int count_ = 0;
};

} // namespace netsane
