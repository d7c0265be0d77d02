#include "client/MessageFormat.hxx"

#include <string_view>

namespace netsane {

bool MessageFormat::add(Conversion conversion) noexcept
{
    if (count_ == max_conversions)
        return false;
    conversions_[count_++] = conversion;
    return true;
}

std::optional<MessageFormat> MessageFormat::parse(const char *format) noexcept
{
    if (!format)
        return std::nullopt;
    MessageFormat result;
    std::string_view rest(format);
    const auto accept = [&rest](std::string_view token) {
        const bool found = rest.starts_with(token);
        rest.remove_prefix(found ? token.size() : 0);
        return found;
    };
    while (!rest.empty()) {
        bool good = true;
        if (accept(" "))
            continue;
        if (result.ends_message_)
            return std::nullopt;
        if (accept("\n"))
            result.ends_message_ = true;
        else if (accept("%d"))
            good = result.add(Conversion::integer);
        else if (accept("%s"))
            good = result.add(Conversion::string);
        else if (accept("%*c"))
            good = result.add(Conversion::opaque);
        else if (accept("%*d"))
            good = result.add(Conversion::list);
        else
            good = false;
        if (!good)
            return std::nullopt;
    }
    return result;
}

} // namespace netsane
