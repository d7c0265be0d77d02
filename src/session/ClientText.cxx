#include "session/ClientText.hxx"

#include "os/SecureMemory.hxx"

#include <algorithm>
#include <span>

namespace netsane {

std::string printableText(std::string_view text)
{
    std::string result(text.substr(0, 500));
    std::replace_if(
        result.begin(), result.end(),
        [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20 || (byte >= 0x7f && byte < 0xa0);
        },
        '?');
    return result;
}

void wipeText(std::string &text) noexcept
{
    // The whole block: a short text may have been a longer one before. Within the capacity resize() doesn't throw.
    text.resize(text.capacity());
    wipe(std::as_writable_bytes(std::span(text.data(), text.size())));
    text.clear();
}

} // namespace netsane
