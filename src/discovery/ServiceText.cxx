#include "discovery/ServiceText.hxx"

#include "util/Utf8.hxx"

#include <algorithm>
#include <array>
#include <utility>

namespace netsane {

namespace {

constexpr unsigned protocol_revision = 1;
constexpr std::string_view text_version = "1";

constexpr std::array<std::pair<TlsOffer, std::string_view>, 4> offers{{
    {TlsOffer::unknown, "unknown"},
    {TlsOffer::no, "no"},
    {TlsOffer::offered, "offered"},
    {TlsOffer::required, "required"},
}};

char toLower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isKey(std::string_view text, std::string_view key) noexcept
{
    return std::ranges::equal(text, key, {}, toLower);
}

} // namespace

std::string_view tlsOfferText(TlsOffer offer) noexcept
{
    return std::ranges::find(offers, offer, [](const auto &each) { return each.first; })->second;
}

TlsOffer parseTlsOffer(std::string_view text) noexcept
{
    const auto *const found = std::ranges::find(offers, text, [](const auto &each) { return each.second; });
    return found == offers.end() ? TlsOffer::unknown : found->first;
}

std::vector<std::string> makeServiceText(TlsOffer tls)
{
    return {"txtvers=" + std::string(text_version), "protocol=" + std::to_string(protocol_revision),
            "tls=" + std::string(tlsOfferText(tls))};
}

std::optional<TlsOffer> readServiceText(std::span<const std::string> entries)
{
    std::optional<TlsOffer> tls; // the first of a key counts (RFC 6763, 6.4)
    std::optional<std::string_view> version;
    for (const std::string_view entry : entries) {
        const auto end = entry.find('=');
        if (end == std::string_view::npos)
            continue;
        const auto key = entry.substr(0, end);
        const auto value = entry.substr(end + 1);
        if (isKey(key, "txtvers") && !version)
            version = value;
        else if (isKey(key, "tls") && !tls)
            tls = parseTlsOffer(value);
    }
    if (version.value_or(text_version) != text_version)
        return std::nullopt;
    return tls.value_or(TlsOffer::unknown);
}

bool isInstanceName(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= max_instance_bytes && isPrintableUtf8(name);
}

} // namespace netsane
