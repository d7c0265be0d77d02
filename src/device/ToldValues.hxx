// What the replies on this channel have said of options' values, and what is new since (protocol.md §7.12).
//
// Owned by the worker; main thread of the device process. Remembers the values of options that are told and of no
// others, so at most max_told_bytes and what is around them.
#pragma once

#include "protocol/ToldState.hxx"

#include <cstdint>
#include <map>
#include <sane/sane.h>
#include <vector>

namespace netsane {

class OptionTable;

class ToldValues {
public:
    // Nothing that was said counts any more.
    void clear() noexcept { said_.clear(); }
    void forget(std::int32_t option) { said_.erase(option); }

    // A reply says this. Only for an option of the table.
    void note(const OptionTable &table, std::int32_t option, const OptionValue &value);

    // Asks the backend for the values of all options that are told. What differs from what was said last is returned,
    // and is said from now on. Blocks as long as the backend does.
    std::vector<ToldValue> takeNews(SANE_Handle handle, const OptionTable &table);

private:
    std::map<std::int32_t, OptionValue> said_;
};

} // namespace netsane
