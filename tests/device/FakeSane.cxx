// A libsane for tests, linked in place of the real one: one backend "fake", whose devices are named for what they do
// wrong.
#include "FakeFaults.hxx"
#include "FakeMoody.hxx"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <sane/sane.h>
#include <string>
#include <time.h>

namespace {

std::string device;
bool is_listed = false;
std::atomic<bool> is_cancelled{false};
int reads = 0;

bool is(const char *name)
{
    return device == std::string("fake:") + name;
}

// Comes back when a signal handler has cancelled; a hung device never does.
SANE_Status hang()
{
    std::fprintf(stderr, "hanging inside %s\n", device.c_str() + 5); // what the tests wait for
    while (!is_cancelled || is("ignores-cancel")) {
        const timespec long_time{3600, 0};
        ::nanosleep(&long_time, nullptr);
    }
    return SANE_STATUS_CANCELLED;
}

} // namespace

extern "C" {

SANE_Status sane_init(SANE_Int *version, SANE_Auth_Callback)
{
    *version = SANE_VERSION_CODE(1, 0, 0);
    return SANE_STATUS_GOOD;
}

void sane_exit() {}

SANE_Status sane_get_devices(const SANE_Device ***list, SANE_Bool)
{
    if (netsane::test::faults::areListed()) {
        is_listed = true;
        *list = netsane::test::faults::devices();
        return SANE_STATUS_GOOD;
    }
    static const SANE_Device good{"fake:good", nullptr, "model", "type"};
    static const SANE_Device nameless{nullptr, nullptr, nullptr, nullptr};
    static const SANE_Device excluded{"net:host:fake:good", "", "", ""};
    static const SANE_Device moody{"fake:moody", "", "", ""};
    static const SANE_Device *all[] = {&nameless, &good, &excluded, &moody, nullptr};
    is_listed = true;
    *list = all;
    return SANE_STATUS_GOOD;
}

SANE_Status sane_open(SANE_String_Const name, SANE_Handle *handle)
{
    device = name;
    netsane::test::faults::befall(device, "open");
    if (is("denied"))
        return SANE_STATUS_ACCESS_DENIED;
    if (is("busy"))
        return SANE_STATUS_DEVICE_BUSY;
    if (is("needs-listing") && !is_listed)
        return SANE_STATUS_INVAL;
    *handle = &device;
    return SANE_STATUS_GOOD;
}

void sane_close(SANE_Handle)
{
    netsane::test::faults::befall(device, "close");
}

const SANE_Option_Descriptor *sane_get_option_descriptor(SANE_Handle, SANE_Int option)
{
    netsane::test::faults::befall(device, "descriptor");
    if (const auto odd = netsane::test::faults::descriptor(device, option))
        return odd;
    if (is("moody"))
        return netsane::test::moody::descriptor(option);
    static const SANE_Option_Descriptor count{
        "",       "", "", SANE_TYPE_INT, SANE_UNIT_NONE, sizeof(SANE_Word), SANE_CAP_SOFT_DETECT, SANE_CONSTRAINT_NONE,
        {nullptr}};
    static const SANE_Option_Descriptor endless{"endless",
                                                nullptr,
                                                nullptr,
                                                SANE_TYPE_STRING,
                                                SANE_UNIT_NONE,
                                                8,
                                                SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT,
                                                SANE_CONSTRAINT_NONE,
                                                {nullptr}};
    static const SANE_Option_Descriptor negative{"negative",
                                                 "",
                                                 "",
                                                 SANE_TYPE_STRING,
                                                 SANE_UNIT_NONE,
                                                 -8,
                                                 SANE_CAP_SOFT_DETECT | SANE_CAP_SOFT_SELECT,
                                                 SANE_CONSTRAINT_NONE,
                                                 {nullptr}};
    static const SANE_Option_Descriptor *const all[] = {&count, &endless, &negative, nullptr, nullptr};
    return option >= 0 && option < 5 ? all[option] : nullptr;
}

SANE_Status sane_control_option(SANE_Handle, SANE_Int option, SANE_Action action, void *value, SANE_Int *info)
{
    if (option != 0)
        netsane::test::faults::befall(device, "control");
    if (is("moody"))
        return netsane::test::moody::control(option, action, value, info);
    if (option == 0)
        *static_cast<SANE_Word *>(value) = is("many-options") ? 0x7fffffff : 4;
    else if (option == 1 && action == SANE_ACTION_GET_VALUE)
        std::memset(value, 'x', 8); // without a NUL
    else if (option == 1)
        *info = -1;
    else
        return static_cast<SANE_Status>(99);
    return SANE_STATUS_GOOD;
}

SANE_Status sane_get_parameters(SANE_Handle, SANE_Parameters *parameters)
{
    netsane::test::faults::befall(device, "parameters");
    *parameters = {SANE_FRAME_GRAY, SANE_TRUE, 10, 10, is("announces") ? 4 : -1, 8};
    if (is("moody"))
        parameters->lines = netsane::test::moody::lines();
    netsane::test::faults::alter(device, *parameters);
    return is("no-parameters") ? SANE_STATUS_INVAL : SANE_STATUS_GOOD;
}

SANE_Status sane_start(SANE_Handle)
{
    netsane::test::faults::befall(device, "start");
    reads = 0;
    if (is("odd-status"))
        return static_cast<SANE_Status>(-5);
    if (is("fails-in-start"))
        return SANE_STATUS_NO_DOCS;
    const bool was_cancelled = is_cancelled.exchange(false);
    if (is("hangs-in-start") && !was_cancelled)
        return hang();
    return SANE_STATUS_GOOD;
}

SANE_Status sane_read(SANE_Handle, SANE_Byte *data, SANE_Int max_length, SANE_Int *length)
{
    ++reads;
    *length = 0;
    netsane::test::faults::befall(device, reads == 1 ? "read" : "second-read");
    if (is("floods")) {
        std::memset(data, reads, static_cast<std::size_t>(max_length));
        *length = max_length;
        return SANE_STATUS_GOOD;
    }
    if (is("odd-read-status"))
        return static_cast<SANE_Status>(77);
    if (is("waits-for-cancel") || device.ends_with("-in-cancel"))
        return reads == 1 ? (std::memset(data, 1, 10), *length = 10, SANE_STATUS_GOOD) : hang();
    if (is("fails-in-start"))
        std::fputs("read\n", stderr);
    if (is("hangs-in-read") || is("ignores-cancel"))
        return hang();
    if (is("long-read") || is("negative-read")) {
        *length = is("long-read") ? max_length + 1 : -1;
        return SANE_STATUS_GOOD;
    }
    if (is("stalls") && reads > 1)
        return hang();
    if (reads > 7)
        std::fputs("asked for the end\n", stderr);
    if (reads == 9)
        return SANE_STATUS_EOF;
    if (reads % 2 == 0)
        return SANE_STATUS_GOOD; // nothing yet
    std::memset(data, reads, 10);
    *length = 10;
    return SANE_STATUS_GOOD;
}

void sane_cancel(SANE_Handle)
{
    netsane::test::faults::befall(device, "cancel");
    is_cancelled = true;
}

SANE_Status sane_set_io_mode(SANE_Handle, SANE_Bool)
{
    return SANE_STATUS_UNSUPPORTED;
}

SANE_Status sane_get_select_fd(SANE_Handle, SANE_Int *)
{
    return SANE_STATUS_UNSUPPORTED;
}

SANE_String_Const sane_strstatus(SANE_Status)
{
    return "";
}

} // extern "C"
