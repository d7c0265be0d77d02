// The format strings of netsane_printf and netsane_scanf (client.h), taken apart before any argument is touched.
//
// A local value; no I/O.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace netsane {

enum class Conversion { integer, string, opaque, list };

class MessageFormat {
public:
    static constexpr std::size_t max_conversions = 64;

    // Nothing if the format (may be nullptr) isn't right.
    static std::optional<MessageFormat> parse(const char *format) noexcept;

    std::span<const Conversion> conversions() const noexcept { return std::span(conversions_).first(count_); }

    // It ends with "\n".
    bool endsMessage() const noexcept { return ends_message_; }

private:
    bool add(Conversion conversion) noexcept;

    std::array<Conversion, max_conversions> conversions_{};
    std::size_t count_ = 0;
    bool ends_message_ = false;
};

} // namespace netsane
