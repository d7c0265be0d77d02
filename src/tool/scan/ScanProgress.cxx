#include "tool/scan/ScanProgress.hxx"

#include "tool/BytesText.hxx"
#include "tool/TerminalStyle.hxx"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::chrono::milliseconds show_interval{100};
constexpr double min_seconds = 0.1; // before that a rate says nothing
constexpr std::size_t max_bar = 40;
constexpr std::size_t min_bar = 8;
constexpr long seconds_per_minute = 60;
constexpr long minutes_per_hour = 60;
constexpr long max_minutes_shown = 99;
constexpr double max_seconds_left = 99 * 3600;

[[gnu::format(printf, 1, 2)]] std::string formatted(const char *format, ...)
{
    std::array<char, 64> text{};
    va_list values;
    va_start(values, format);
    std::vsnprintf(text.data(), text.size(), format, values);
    va_end(values);
    return text.data();
}

std::string timeLeft(double seconds)
{
    const auto whole = static_cast<long>(std::ceil(std::min(seconds, max_seconds_left)));
    const auto minutes = whole / seconds_per_minute;
    if (minutes > max_minutes_shown)
        return formatted("%ld h left", minutes / minutes_per_hour);
    return formatted("%ld:%02ld left", minutes, whole % seconds_per_minute);
}

std::string repeated(const char *part, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += part;
    return text;
}

std::string bar(double share, std::size_t width, const ProgressStyle &style)
{
    const auto done = static_cast<std::size_t>(share * static_cast<double>(width));
    const auto full = repeated(style.utf8 ? "━" : "#", done);
    const auto rest = repeated(style.utf8 ? "╌" : "-", width - done);
    return style.colours ? "\033[32m" + full + "\033[0m" + rest : full + rest;
}

} // namespace

std::string progressLine(const ProgressState &state, const ProgressStyle &style)
{
    const bool has_rate = state.bytes > 0 && state.seconds >= min_seconds;
    const double rate = has_rate ? static_cast<double>(state.bytes) / state.seconds : 0;
    // columns that don't jump about
    const auto rate_text = formatted("%13s", has_rate ? (bytesText(rate) + "/s").c_str() : "");
    if (!state.whole_bytes || *state.whole_bytes == 0)
        return (state.label + formatted("  %9s", bytesText(static_cast<double>(state.bytes)).c_str()) + rate_text)
            .substr(0, style.columns - 1);
    const double share =
        std::clamp(static_cast<double>(state.bytes) / static_cast<double>(*state.whole_bytes), 0.0, 1.0);
    const auto percent =
        formatted("  %3d%%", static_cast<int>(std::min(state.bytes, *state.whole_bytes) * 100 / *state.whole_bytes));
    const auto left = has_rate ? timeLeft((1 - share) * static_cast<double>(*state.whole_bytes) / rate) : "";
    const auto tail = percent + rate_text + formatted("  %-10s", left.c_str());
    // one column stays free: a full line makes some terminals begin a new one
    const auto used = state.label.size() + 2 + tail.size() + 1;
    if (style.columns < used + min_bar)
        return (state.label + percent).substr(0, style.columns - 1);
    return state.label + "  " + bar(share, std::min(max_bar, style.columns - used), style) + tail;
}

ScanProgress::ScanProgress(bool wanted) : shown_(wanted && isTerminal(STDERR_FILENO))
{
    if (!shown_)
        return;
    style_.colours = wantsColours(STDERR_FILENO);
    style_.utf8 = isUtf8Locale();
}

void ScanProgress::beginPage(const std::string &label, std::optional<std::uint64_t> whole_bytes)
{
    state_ = {label, 0, whole_bytes, 0};
    first_byte_.reset();
    show(Clock::now());
}

void ScanProgress::add(std::uint64_t bytes)
{
    const auto now = Clock::now();
    if (!first_byte_)
        first_byte_ = now;
    state_.bytes += bytes;
    state_.seconds = std::chrono::duration<double>(now - *first_byte_).count();
    if (now >= next_show_)
        show(now);
}

void ScanProgress::show(Clock::time_point now)
{
    if (!shown_)
        return;
    next_show_ = now + show_interval;
    style_.columns = terminalColumns(STDERR_FILENO);
    std::fprintf(stderr, "\r\033[K%s", progressLine(state_, style_).c_str());
    std::fflush(stderr);
    on_screen_ = true;
}

void ScanProgress::clear()
{
    if (!on_screen_)
        return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    on_screen_ = false;
}

} // namespace netsane
