// The option descriptors of an open device, as the protocol's values.
//
// Owned by the worker; main thread of the device process. What a backend says is checked: an option that can't be
// carried (a size that is negative or beyond the protocol's limit, an unknown type) is shown inactive and is refused.
#pragma once

#include "protocol/OptionDescriptor.hxx"

#include <cstddef>
#include <cstdint>
#include <sane/sane.h>
#include <set>
#include <vector>

namespace netsane {

// The largest value that fits into a field with its message around it.
inline constexpr std::int32_t max_option_bytes = (1 << 20) - 4096;

// NULL strings become "", empty strings in lists are left out. Words are raw.
OptionDescriptor convertDescriptor(const SANE_Option_Descriptor &source);

class OptionTable {
public:
    // Reads all descriptors: after open, and after each info_reload_options (some backends insist on it).
    void load(SANE_Handle handle);

    // Reads one again, as a local frontend would see it now. Null for an option that doesn't exist.
    const OptionDescriptor *refresh(SANE_Handle handle, std::int32_t option);

    // Null for an option that doesn't exist.
    const OptionDescriptor *find(std::int32_t option) const noexcept;

    const std::vector<OptionDescriptor> &all() const noexcept { return descriptors_; }

    // False where all of them would not fit into one message.
    bool fitsMessage() const;

    // Whether the option is one that replies tell the value of (protocol.md §7.12).
    bool isTold(std::int32_t option) const noexcept
    {
        return find(option) && is_told_[static_cast<std::size_t>(option)];
    }

    // The options whose descriptors have changed since this was called last, or since noteSaid() for them.
    std::vector<std::int32_t> takeChanged();
    void noteSaid(std::int32_t option) { changed_.erase(option); }

private:
    void read(SANE_Handle handle, std::int32_t option);
    void chooseTold();

    std::vector<OptionDescriptor> descriptors_;
    std::vector<bool> is_told_;
    std::set<std::int32_t> changed_;
};

} // namespace netsane
