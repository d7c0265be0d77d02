// crypt(3) in locked memory that is wiped at the end.

#pragma once

#include "HostResources.hxx"
#include "UserTable.hxx"

#include <crypt.h>
#include <netsane/plugin.h>
#include <string_view>

namespace netsane {

/// The most that crypt(3) takes, with the NUL.
constexpr size_t max_password_bytes = CRYPT_MAX_PASSPHRASE_SIZE;

/// Owned by who computes, for as short as can be: it is large. The host table outlives it.
class CryptWork {
public:
    /// Throws std::bad_alloc.
    explicit CryptWork(const netsane_host_v1 &host) : work_(makeHostMemory<Work>(host)) {}

    /// crypt_rn(3). The result is NUL-terminated and valid until the next call; nullptr where crypt(3) fails, whatever
    /// way it says so. Takes as long as the setting's scheme and cost make it.
    /// @param phrase NUL-terminated
    /// @param setting at most max_stored_form_bytes, else the answer is nullptr
    const char *hash(const char *phrase, std::string_view setting) noexcept;

private:
    struct Work {
        crypt_data data;
        char setting[max_stored_form_bytes + 1];
    };

    const HostMemory<Work> work_;
};

} // namespace netsane
