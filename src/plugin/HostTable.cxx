#include "plugin/HostTable.hxx"

#include "plugin/ExchangeHost.hxx"
#include "plugin/PluginError.hxx"
#include "util/Printable.hxx"

#include <cstring>
#include <exception>
#include <utility>

namespace netsane {

namespace {

constexpr size_t max_log_bytes = 1024;
constexpr size_t max_key_bytes = 256;
constexpr size_t max_prompt_bytes = 4096;
constexpr size_t max_identity_bytes = 4096;
constexpr size_t max_block_bytes = 16U << 20U;

/// Runs a service; what is thrown becomes a log line (if that is still possible) and the value for failure.
template<class Result, class Body, class Report>
Result guarded(Result failure, Body &&body, Report &&report) noexcept
{
    try {
        try {
            return body();
        } catch (const std::exception &error) {
            report(error.what());
        }
    } catch (...) { // NOLINT(bugprone-empty-catch): the failure is the answer
    }
    return failure;
}

ExchangeHost *exchangeOf(void *exchange) noexcept
{
    return static_cast<ExchangeHost *>(exchange);
}

} // namespace

/// The C functions of the table. `host` is the HostTable.
struct HostTable::Calls {
    static HostTable &self(void *host) noexcept { return *static_cast<HostTable *>(host); }

    template<class Result, class Body>
    static Result guard(void *host, Result failure, Body &&body) noexcept
    {
        return guarded(failure, body, [host](const char *what) { self(host).log(PluginLogLevel::Error, what); });
    }

    static void log(void *host, uint32_t level, const char *text) noexcept
    {
        guard(host, 0, [&] {
            const bool known = level >= NETSANE_LOG_ERROR && level <= NETSANE_LOG_DEBUG;
            self(host).log(known ? PluginLogLevel{level} : PluginLogLevel::Error, printable(text, max_log_bytes));
            return 0;
        });
    }

    static const char *config(void *host, const char *key) noexcept
    {
        const char *const none = nullptr;
        return guard(host, none, [&] { return self(host).config(printable(key, max_key_bytes)); });
    }

    static int32_t openFile(void *host, const char *key, uint32_t flags, const void **data, size_t *size) noexcept
    {
        return guard(host, int32_t{-1}, [&] {
            if (data == nullptr || size == nullptr || flags > NETSANE_FILE_PUBLIC)
                throw PluginError("open_file was called with impossible arguments");
            const SecureBytes &contents =
                self(host).openFile(printable(key, max_key_bytes), flags == NETSANE_FILE_SECRET);
            *data = contents.data();
            *size = contents.size();
            return int32_t{0};
        });
    }

    static int32_t random(void *host, void *data, size_t size) noexcept
    {
        return guard(host, int32_t{-1}, [&] {
            self(host).services_.randomBytes({static_cast<std::byte *>(data), size});
            return int32_t{0};
        });
    }

    static void *secureAlloc(void *host, size_t size) noexcept
    {
        void *const none = nullptr;
        return guard(host, none, [&] {
            if (size > max_block_bytes)
                throw PluginError("asked for a block of " + std::to_string(size) + " bytes of secure memory");
            return self(host).keep(SecureBytes(size == 0 ? 1 : size));
        });
    }

    static void secureFree(void *host, void *data) noexcept { closeFile(host, data); }

    static void closeFile(void *host, const void *data) noexcept
    {
        guard(host, 0, [&] {
            if (data != nullptr && self(host).blocks_.erase(data) == 0)
                throw PluginError("freed memory that it was not given");
            return 0;
        });
    }

    static int32_t equal(void *, const void *a, const void *b, size_t size) noexcept
    {
        const std::span left(static_cast<const std::byte *>(a), size);
        const std::span right(static_cast<const std::byte *>(b), size);
        return constantTimeEqual(left, right) ? 1 : 0;
    }

    static uint64_t monotonicMs(void *host) noexcept
    {
        return guard(host, uint64_t{0},
                     [&] { return static_cast<uint64_t>(self(host).services_.monotonicNow().count()); });
    }

    static int64_t wallSeconds(void *host) noexcept
    {
        return guard(host, int64_t{0}, [&] { return self(host).services_.wallSeconds(); });
    }

    static int32_t prompt(void *exchange, uint32_t style, const char *text, char *answer, size_t answer_size) noexcept
    {
        return guarded(
            int32_t{-1},
            [&] {
                const std::span<char> space(answer, answer == nullptr ? 0 : answer_size);
                const std::string question = printable(text, max_prompt_bytes, LineEnds::Keep);
                return exchange != nullptr && exchangeOf(exchange)->prompt(style, question, space) ? 0 : -1;
            },
            [](const char *) {});
    }

    static int32_t setIdentity(void *exchange, const char *identity) noexcept
    {
        return guarded(
            int32_t{-1},
            [&] {
                if (exchange == nullptr || identity == nullptr)
                    return -1;
                const size_t size = ::strnlen(identity, max_identity_bytes);
                return exchangeOf(exchange)->setIdentity({identity, size}) ? 0 : -1;
            },
            [](const char *) {});
    }

    static void setReason(void *exchange, const char *reason) noexcept
    {
        guarded(
            0,
            [&] {
                if (exchange != nullptr)
                    exchangeOf(exchange)->setReason(printable(reason, max_log_bytes));
                return 0;
            },
            [](const char *) {});
    }
};

HostTable::HostTable(PluginServices &services, PluginKind kind, std::string method)
    : services_(services), kind_(kind), method_(std::move(method)), module_(std::string(kindName(kind)) + "_" + method_)
{
    table_.struct_size = sizeof table_;
    table_.minor = NETSANE_PLUGIN_MINOR;
    table_.roles = services_.roles();
    table_.host = this;
    table_.log = Calls::log;
    table_.config = Calls::config;
    table_.open_file = Calls::openFile;
    table_.close_file = Calls::closeFile;
    table_.random = Calls::random;
    table_.secure_alloc = Calls::secureAlloc;
    table_.secure_free = Calls::secureFree;
    table_.equal = Calls::equal;
    table_.monotonic_ms = Calls::monotonicMs;
    table_.wall_seconds = Calls::wallSeconds;
    table_.prompt = Calls::prompt;
    table_.set_identity = Calls::setIdentity;
    table_.set_reason = Calls::setReason;
}

void HostTable::log(PluginLogLevel level, std::string text)
{
    text = printable(text, max_log_bytes);
    if (level == PluginLogLevel::Error)
        last_error_ = text;
    services_.log(level, module_, text);
}

const char *HostTable::config(const std::string &key)
{
    auto place = values_.find(key);
    if (place == values_.end())
        place = values_.emplace(key, services_.configValue(kind_, method_, key)).first;
    return place->second ? place->second->c_str() : nullptr;
}

const SecureBytes &HostTable::openFile(const std::string &key, bool secret)
{
    const std::string name = "[" + std::string(kindName(kind_)) + "_" + method_ + "] " + key;
    const char *const path = config(key);
    if (path == nullptr)
        throw PluginError(name + " is not set in the configuration");
    if (*path != '/')
        throw PluginError(name + " = \"" + path + "\" is not an absolute path");
    SecureBytes contents;
    try {
        contents = services_.readFile(path, secret);
    } catch (const std::exception &error) {
        throw PluginError(name + ": " + error.what());
    }
    if (contents.size() == 0) {
        // an address of its own, for close_file
        contents = SecureBytes(1);
        contents.shrink(0);
    }
    return blocks_.at(keep(std::move(contents)));
}

void *HostTable::keep(SecureBytes block)
{
    if (!block.isLocked() && !swap_warned_) {
        swap_warned_ = true;
        log(PluginLogLevel::Warning, "memory for secrets can't be locked and may be swapped out (RLIMIT_MEMLOCK)");
    }
    void *const address = block.data();
    blocks_.emplace(address, std::move(block));
    return address;
}

} // namespace netsane
