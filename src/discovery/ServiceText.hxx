// What a server tells in its announcement, beside its name and place: the TXT record of protocol.md §13. Plain values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace netsane {

inline constexpr const char *service_type = "_netsane._tcp";
inline constexpr const char *service_domain = "local";

// Of an instance's name, as DNS-SD has it.
inline constexpr std::size_t max_instance_bytes = 63;

enum class TlsOffer { unknown, no, offered, required };

// "required" and so on; "unknown".
std::string_view tlsOfferText(TlsOffer offer) noexcept;
// Any other text is unknown.
TlsOffer parseTlsOffer(std::string_view text) noexcept;

// Strings of the TXT record, in their order.
std::vector<std::string> makeServiceText(TlsOffer tls);

// What is said there; nothing if it is of a version that this program doesn't know. Each entry is bytes from anybody.
std::optional<TlsOffer> readServiceText(std::span<const std::string> entries);

// Whether it can be an instance's name: 1 to 63 bytes of UTF-8 without control characters.
bool isInstanceName(std::string_view name) noexcept;

} // namespace netsane
