#include "ScanRecord.hxx"

#include "os/Error.hxx"

#include <gtest/gtest.h>
#include <sane/sane.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

namespace netsane::test {

namespace {

void writeAll(int fd, const void *bytes, std::size_t size)
{
    auto rest = static_cast<const char *>(bytes);
    while (size != 0) {
        const ssize_t written = ::write(fd, rest, size);
        if (written <= 0)
            ::_exit(3);
        rest += written;
        size -= static_cast<std::size_t>(written);
    }
}

bool readAll(int fd, void *bytes, std::size_t size)
{
    auto rest = static_cast<char *>(bytes);
    while (size != 0) {
        const ssize_t got = ::read(fd, rest, size);
        if (got <= 0)
            return false;
        rest += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void setLocally(SANE_Handle handle, const std::string &name, const OptionValue &value)
{
    for (SANE_Int option = 1;; ++option) {
        const auto descriptor = sane_get_option_descriptor(handle, option);
        if (!descriptor)
            ::_exit(4);
        if (!descriptor->name || name != descriptor->name)
            continue;
        std::vector<SANE_Word> buffer(static_cast<std::size_t>(descriptor->size) / 4 + 2);
        if (descriptor->type == SANE_TYPE_STRING)
            std::memcpy(buffer.data(), value.text.c_str(), value.text.size() + 1);
        else
            std::memcpy(buffer.data(), value.words.data(), value.words.size() * 4);
        SANE_Int info = 0;
        if (sane_control_option(handle, option, SANE_ACTION_SET_VALUE, buffer.data(), &info) != SANE_STATUS_GOOD)
            ::_exit(5);
        for (SANE_Int i = 0; (info & SANE_INFO_RELOAD_OPTIONS) != 0 && sane_get_option_descriptor(handle, i); ++i)
            ;
        return;
    }
}

struct FrameHead {
    SANE_Status start_status;
    SANE_Parameters parameters;
    SANE_Status end_status;
    std::size_t data_bytes;
};

[[noreturn]] void runLocally(int out, const std::string &config_dir, const OptionSettings &settings,
                             std::size_t max_frames)
{
    ::setenv("SANE_CONFIG_DIR", config_dir.c_str(), 1);
    SANE_Handle handle = nullptr;
    if (sane_init(nullptr, nullptr) != SANE_STATUS_GOOD || sane_open("test:0", &handle) != SANE_STATUS_GOOD)
        ::_exit(2);
    for (SANE_Int i = 0; sane_get_option_descriptor(handle, i); ++i)
        ;
    for (const auto &[name, value] : settings)
        setLocally(handle, name, value);
    for (std::size_t frame = 0; frame < max_frames; ++frame) {
        FrameHead head{};
        std::string data;
        head.start_status = sane_start(handle);
        if (head.start_status == SANE_STATUS_GOOD) {
            sane_get_parameters(handle, &head.parameters);
            std::array<SANE_Byte, 32 * 1024> block;
            SANE_Int length = 0;
            while ((head.end_status = sane_read(handle, block.data(), block.size(), &length)) == SANE_STATUS_GOOD)
                data.append(reinterpret_cast<const char *>(block.data()), static_cast<std::size_t>(length));
        }
        head.data_bytes = data.size();
        writeAll(out, &head, sizeof head);
        writeAll(out, data.data(), data.size());
        if (head.start_status != SANE_STATUS_GOOD)
            break;
    }
    ::_exit(0);
}

} // namespace

std::vector<ScanFrame> scanLocally(const std::string &config_dir, const OptionSettings &settings,
                                   std::size_t max_frames)
{
    int fds[2];
    if (::pipe(fds) != 0)
        throwErrno("pipe");
    const UniqueFd in(fds[0]);
    UniqueFd out(fds[1]);
    const pid_t child = ::fork();
    if (child == 0)
        runLocally(out.get(), config_dir, settings, max_frames);
    out.reset();
    std::vector<ScanFrame> frames;
    FrameHead head;
    while (readAll(in.get(), &head, sizeof head)) {
        ScanFrame frame;
        frame.start_status = toStatus(head.start_status);
        frame.end_status = toStatus(head.end_status);
        const auto &from = head.parameters;
        frame.parameters = {static_cast<std::uint32_t>(from.format),
                            from.last_frame != 0,
                            from.bytes_per_line,
                            from.pixels_per_line,
                            from.lines,
                            from.depth};
        if (frame.start_status != Status::good)
            frame.parameters = {};
        frame.data.resize(head.data_bytes);
        EXPECT_TRUE(readAll(in.get(), frame.data.data(), frame.data.size()));
        frames.push_back(std::move(frame));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    return frames;
}

std::vector<ScanFrame> scanThrough(DeviceClient &client, const OptionSettings &settings, std::size_t max_frames,
                                   std::size_t reads_outstanding, std::uint32_t read_bytes)
{
    for (const auto &[name, value] : settings)
        client.set(name, value);
    std::vector<ScanFrame> frames;
    while (frames.size() < max_frames) {
        ScanFrame frame;
        const auto started = client.start();
        frame.start_status = started.outcome.status;
        if (frame.start_status == Status::good) {
            EXPECT_TRUE(started.parameters);
            frame.parameters = started.parameters.value_or(Parameters());
            for (std::size_t i = 0; i < reads_outstanding; ++i)
                client.sendRead(read_bytes);
            std::size_t outstanding = reads_outstanding;
            while (outstanding != 0) {
                const auto reply = client.receiveRead();
                --outstanding;
                frame.data.insert(frame.data.end(), reply.data.begin(), reply.data.end());
                if (frame.end_status != Status::good) {
                    EXPECT_EQ(reply.outcome.status, frame.end_status);
                } else if (reply.outcome.status != Status::good) {
                    frame.end_status = reply.outcome.status;
                } else {
                    client.sendRead(read_bytes);
                    ++outstanding;
                }
            }
        }
        frames.push_back(std::move(frame));
        if (frames.back().start_status != Status::good)
            break;
    }
    return frames;
}

} // namespace netsane::test
