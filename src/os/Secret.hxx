// Passwords and the files they stand in: text in locked memory, and the end of secret text that stood elsewhere.

#pragma once

#include "os/SecureMemory.hxx"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netsane {

/// A password: a text in a page of its own, wiped at the end. Copies are independent; what was moved from is empty.
class Secret {
public:
    /// @param text without a NUL in it. Throws std::bad_alloc.
    explicit Secret(std::string_view text);
    Secret(const Secret &other) : Secret(other.view()) {}
    Secret(Secret &&other) noexcept = default;
    Secret &operator=(const Secret &other) { return *this = Secret(other); }
    Secret &operator=(Secret &&other) noexcept = default;
    ~Secret() = default;

    /// Valid as long as the object isn't changed.
    const char *c_str() const noexcept;
    std::size_t size() const noexcept { return bytes_.size() == 0 ? 0 : bytes_.size() - 1; }
    std::string_view view() const noexcept { return {c_str(), size()}; }

    bool operator==(std::string_view text) const noexcept { return view() == text; }

private:
    SecureBytes bytes_; // with a NUL behind the text
};

/// Overwrites a text that was secret, all that its buffer has room for, and empties it.
void wipeText(std::string &text) noexcept;

/// All of an open file from where it stands. Nothing if it is longer than max_bytes. Blocks on the disk.
/// Throws std::system_error and std::bad_alloc.
std::optional<SecureBytes> readSecretFile(int fd, std::size_t max_bytes);

} // namespace netsane
