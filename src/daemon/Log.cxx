#include "daemon/Log.hxx"

#include "daemon/LogSinks.hxx"
#include "util/Printable.hxx"

#include <memory>
#include <spdlog/spdlog.h>
#include <string>
#include <unistd.h>

namespace netsane {

namespace {

constexpr std::size_t max_line_bytes = 4096;

void write(spdlog::level::level_enum level, std::string_view text) noexcept
{
    try {
        spdlog::log(level, "{}", printable(text, max_line_bytes));
    } catch (...) {
        // A log that can't be written (disk full) must not end the daemon.
    }
}

} // namespace

void openLog(std::string_view program, LogTarget target, bool verbose)
{
    const std::string name(program);
    spdlog::drop(name);
    std::shared_ptr<spdlog::logger> logger; // spdlog's registry shares its loggers
    if (target == LogTarget::syslog) {
        logger = std::make_shared<spdlog::logger>(name, std::make_shared<SyslogSink>(name));
        logger->set_pattern("%v");
    } else {
        openPipeAnew(STDERR_FILENO); // by the first of the daemon's processes; the others inherit it
        logger = std::make_shared<spdlog::logger>(name, std::make_shared<DescriptorSink>(STDERR_FILENO));
        logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %n[%P] %l: %v");
    }
    logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(logger);
}

void leaveLogOfParent() noexcept
{
    if (const auto logger = spdlog::default_logger())
        for (const auto &sink : logger->sinks())
            if (auto *const patient = dynamic_cast<PatientSink *>(sink.get()))
                patient->forgetDescriptors();
}

std::string_view logTargetName(LogTarget target) noexcept
{
    return target == LogTarget::syslog ? "syslog" : "stderr";
}

void logDebug(std::string_view text) noexcept
{
    write(spdlog::level::debug, text);
}

void logInfo(std::string_view text) noexcept
{
    write(spdlog::level::info, text);
}

void logWarning(std::string_view text) noexcept
{
    write(spdlog::level::warn, text);
}

void logError(std::string_view text) noexcept
{
    write(spdlog::level::err, text);
}

} // namespace netsane
