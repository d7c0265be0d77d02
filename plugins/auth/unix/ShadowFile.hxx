// The bytes of a shadow file. The plugin host's way to read secrets isn't used because it reports no reason that could
// be told from others, and because large systems have more than it takes.

#pragma once

#include "common/HostResources.hxx"

#include <cstddef>
#include <netsane/plugin.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netsane {

/// Path and reason; not logged yet.
class ShadowError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The file can't be read by this user, but root could.
class ShadowNeedsRoot : public ShadowError {
public:
    using ShadowError::ShadowError;
};

/// Held in the host's locked memory. The host table outlives it.
class ShadowFile {
public:
    static constexpr size_t max_bytes = 8U << 20U;

    /// Reads it: a regular file of at most max_bytes that belongs to root or the effective user, writable by nobody
    /// else and not readable by others than owner and group. Blocks on the disk. Throws ShadowError, or std::bad_alloc.
    ShadowFile(const netsane_host_v1 &host, const std::string &path);

    std::string_view text() const noexcept { return {memory_.get(), size_}; }

private:
    HostMemory<char> memory_;
    size_t size_ = 0;
};

} // namespace netsane
