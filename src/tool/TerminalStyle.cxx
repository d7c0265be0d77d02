#include "tool/TerminalStyle.hxx"

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::size_t usual_columns = 80;

} // namespace

bool isTerminal(int fd) noexcept
{
    const char *const kind = std::getenv("TERM");
    return ::isatty(fd) == 1 && kind && std::string_view(kind) != "dumb";
}

bool wantsColours(int fd) noexcept
{
    const char *const refused = std::getenv("NO_COLOR");
    return isTerminal(fd) && !(refused && *refused);
}

std::size_t terminalColumns(int fd) noexcept
{
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : usual_columns;
}

bool isUtf8Locale() noexcept
{
    return std::setlocale(LC_CTYPE, "") && std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0;
}

} // namespace netsane
