#include "util/Printable.hxx"

#include <cstring>

namespace netsane {

std::string printable(std::string_view text, size_t max_bytes, LineEnds line_ends)
{
    std::string result(text.substr(0, max_bytes));
    for (size_t i = 0; i < result.size(); ++i) {
        const auto byte = static_cast<unsigned char>(result[i]);
        const bool line_end = byte == '\n' && line_ends == LineEnds::Keep;
        if ((byte < 0x20 && !line_end) || byte == 0x7f)
            result[i] = '?';
        if (byte == 0xc2 && i + 1 < result.size()) {
            const auto next = static_cast<unsigned char>(result[i + 1]);
            if (next >= 0x80 && next < 0xa0)
                result.replace(i, 2, 1, '?');
        }
    }
    return result;
}

std::string printable(const char *text, size_t max_bytes, LineEnds line_ends)
{
    if (text == nullptr)
        return {};
    return printable(std::string_view(text, ::strnlen(text, max_bytes)), max_bytes, line_ends);
}

} // namespace netsane
