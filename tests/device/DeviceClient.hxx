// The session's side of a netsaned-device process, for tests: starts the program, sends requests, waits for replies
// with a deadline.
#pragma once

#include "os/UniqueFd.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace netsane::test {

inline constexpr std::chrono::seconds reply_deadline{20};

class DeviceClient {
public:
    // arguments: what follows --fd N.
    explicit DeviceClient(const std::vector<std::string> &arguments, const char *program = NETSANE_DEVICE_PROGRAM);
    ~DeviceClient(); // kills the process if it hasn't ended
    DeviceClient(const DeviceClient &) = delete;
    DeviceClient &operator=(const DeviceClient &) = delete;

    int fd() const noexcept { return socket_.get(); }
    pid_t pid() const noexcept { return pid_; }
    void send(const ByteBuffer &bytes);
    void sendHello(std::vector<std::uint32_t> extensions);
    void closeChannel() noexcept { socket_.reset(); }

    // The next message; throws when none comes in time or the channel has ended. The view lives until the next call.
    MessageView receive(std::chrono::milliseconds deadline = reply_deadline);
    // True when the channel ends, without another message, in time.
    bool receivesEnd(std::chrono::milliseconds deadline = reply_deadline);

    // One request and its reply each.
    OpenReply open(bool with_descriptors = true);
    OpenReply openWithValues(); // with extension 4: from then on control() expects news
    ControlOptionReply control(const ControlOptionRequest &request);
    std::optional<OptionDescriptor> option(std::int32_t number);
    GetParametersReply parameters();
    StartReply start();
    Status read(std::uint32_t max_bytes, std::vector<std::byte> &data); // appends
    void abort();
    void close();

    void sendRead(std::uint32_t max_bytes);
    void sendBare(Command command);
    ReadReply receiveRead();

    // Sets an option by its name; asserts in the test that it went well.
    ControlOptionReply set(const std::string &name, const OptionValue &value);
    std::int32_t find(const std::string &name) const; // -1: no such option
    const std::vector<OptionDescriptor> &descriptors() const noexcept { return descriptors_; }

    // The exit status, or -1 when the process doesn't end in time or is killed by a signal.
    int waitExit(std::chrono::milliseconds deadline = reply_deadline);
    std::string standardError() const;

private:
    OpenReply openWith(std::vector<std::uint32_t> extensions);
    bool fill(std::chrono::steady_clock::time_point until);

    UniqueFd socket_;
    UniqueFd errors_;
    pid_t pid_ = -1;
    int exit_status_ = -1;
    FrameDecoder decoder_;
    std::vector<OptionDescriptor> descriptors_;
    bool with_values_ = false;
};

OptionValue words(std::vector<std::uint32_t> values);
OptionValue text(const std::string &value);
OptionValue fixed(double value);

} // namespace netsane::test
