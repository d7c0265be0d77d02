// What client and server may say, to a recorder: whatever it is, the recording is one, has a record for each message,
// and nothing of a login in it.

#include "protocol/Numbers.hxx"
#include "tests/fuzz/Require.hxx"
#include "trace/TraceReader.hxx"
#include "trace/TraceRecorder.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <cstdint>
#include <fcntl.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace netsane;

constexpr uint64_t max_bytes = uint64_t{1} << 30;

bool isOfLogin(const TraceRecord &record)
{
    const auto command = static_cast<Command>(record.command);
    return command == Command::user || command == Command::welcome || command == Command::pass_request ||
           command == Command::pass_reply;
}

void check(const TraceRecord &record)
{
    if (!isOfLogin(record))
        return;
    const bool has_method = record.command != static_cast<uint32_t>(Command::user) &&
                            record.command != static_cast<uint32_t>(Command::welcome);
    for (size_t i = 0; i < record.fields.size(); ++i)
        require(!record.fields[i].is_present || (has_method && i == 0 && record.fields[i].size == 4),
                "of a login there is the method alone");
}

/// The first byte chooses who speaks; then messages, each side's in its turn, a command of 0xffff.... changes the
/// crypto.
size_t feed(TraceRecorder &recorder, std::span<const std::byte> bytes)
{
    FrameDecoder decoder(limits_after_login);
    decoder.push(bytes.subspan(1));
    unsigned turn = std::to_integer<unsigned>(bytes.front());
    size_t count = 0;
    try {
        while (const auto message = decoder.next()) {
            if (message->command == UINT32_MAX)
                recorder.switched(true);
            else if (turn++ % 2 == 0)
                recorder.sent(message->bytes);
            else
                recorder.received(message->bytes);
            ++count;
        }
    } catch (const ProtocolError &) { // no message any more
    }
    return count;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const UniqueFd file(::memfd_create("trace", MFD_CLOEXEC));
    bool had_problem = false;
    size_t count = 0;
    {
        TraceRecorder recorder(UniqueFd(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0)), max_bytes, TraceHeader{},
                               [&](const std::string &) { had_problem = true; });
        count = feed(recorder, {reinterpret_cast<const std::byte *>(data), size});
    }
    std::vector<std::byte> bytes(static_cast<size_t>(::lseek(file.get(), 0, SEEK_END)));
    require(::pread(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "it is readable");
    TraceReader reader;
    reader.push(bytes);
    require(reader.header().has_value(), "it has a header");
    size_t records = 0;
    while (const auto record = reader.next()) {
        check(*record);
        ++records;
    }
    reader.end();
    require(had_problem || records == count + 1, "a record for each message, and the note of the end");
    return 0;
}
