// The registries of protocol.md §2.
#pragma once

#include <cstddef>
#include <cstdint>

namespace netsane {

enum class Command : std::uint32_t {
    hello = 1,
    user = 2,
    pass_request = 3,
    pass_reply = 4,
    fail = 5,
    crypt_request = 6,
    crypt_reply = 7,
    quit = 8,
    welcome = 9,
    init = 16,
    exit = 17,
    status_text = 18,
    get_devices = 19,
    open = 20,
    close = 21,
    get_option = 22,
    control_option = 23,
    get_parameters = 24,
    start = 25,
    read = 26,
    abort = 27,
    set_io_mode = 28,
    get_select_fd = 29,
};

constexpr bool isRequest(Command command) noexcept
{
    return command >= Command::init && command <= Command::get_select_fd;
}

// SANE_Status under a name of our own, so that only the device process and the backend need libsane's header.
enum class Status : std::uint32_t {
    good = 0,
    unsupported = 1,
    cancelled = 2,
    device_busy = 3,
    invalid = 4,
    eof = 5,
    jammed = 6,
    no_docs = 7,
    cover_open = 8,
    io_error = 9,
    no_mem = 10,
    access_denied = 11,
};

// Any number that is no status is io_error (protocol.md §2.4).
constexpr Status toStatus(std::uint32_t number) noexcept
{
    return number <= 11 ? static_cast<Status>(number) : Status::io_error;
}

enum class ValueType : std::uint32_t { boolean = 0, integer = 1, fixed = 2, string = 3, button = 4, group = 5 };
enum class ConstraintType : std::uint32_t { none = 0, range = 1, word_list = 2, string_list = 3 };
enum class Action : std::uint32_t { get = 0, set = 1, set_auto = 2 };

inline constexpr std::uint32_t capability_soft_select = 1;
inline constexpr std::uint32_t capability_hard_select = 2;
inline constexpr std::uint32_t capability_soft_detect = 4;
inline constexpr std::uint32_t capability_inactive = 32;

inline constexpr std::uint32_t info_inexact = 1;
inline constexpr std::uint32_t info_reload_options = 2;
inline constexpr std::uint32_t info_reload_parameters = 4;

inline constexpr std::uint32_t byte_order_little = 1234;
inline constexpr std::uint32_t byte_order_big = 4321;

inline constexpr std::uint32_t protocol_revision = 1;

inline constexpr std::uint32_t crypt_method_none = 0;
inline constexpr std::uint32_t first_site_method = 0x8000;
inline constexpr std::uint32_t last_site_method = 0xffff;

inline constexpr std::uint32_t extension_login_note = 1;
inline constexpr std::uint32_t extension_descriptors = 2;
inline constexpr std::uint32_t extension_crypt_follows = 3;
inline constexpr std::uint32_t extension_values = 4; // used together with extension_descriptors
inline constexpr std::uint32_t extension_many_reads = 5;

// In clear, so that the transcript of them fits into a message (protocol.md §4, §5).
inline constexpr std::size_t max_clear_hello_bytes = 1024;
inline constexpr std::size_t max_hello_text_bytes = 900; // of our own
inline constexpr std::size_t max_crypt_request_bytes = 512;
inline constexpr std::size_t max_crypt_reply_bytes = 256;
inline constexpr std::size_t max_crypt_methods = 64;

inline constexpr std::size_t max_outstanding_requests = 64;
inline constexpr std::size_t max_outstanding_with_reads = 1024; // extension 5; max_outstanding_requests of them others
inline constexpr std::size_t max_handles = 16;
inline constexpr std::size_t max_user_bytes = 255;
inline constexpr std::size_t max_device_name_bytes = 1023;
inline constexpr std::size_t max_handle_bytes = 64;
// What replies tell of options (protocol.md §7.12): how many, the largest value, all values together.
inline constexpr std::size_t max_told_options = 4096;
inline constexpr std::int32_t max_told_value_bytes = 512;
inline constexpr std::int32_t max_told_bytes = 64 * 1024;
inline constexpr std::size_t max_read_bytes = (1U << 20) - 4096;

inline constexpr unsigned default_port = 6576;

} // namespace netsane
