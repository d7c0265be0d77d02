// A recorder that writes into a file of this test's, what is said to it, and what is found in the file.
#pragma once

#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "tool/trace/TracePlayer.hxx"
#include "trace/TraceRecorder.hxx"

#include <cstdio>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace netsane {

inline std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

class TraceTest : public ::testing::Test {
protected:
    TraceTest() : file_(::memfd_create("trace", MFD_CLOEXEC)) { start(1 << 20); }

    void start(std::uint64_t max_bytes, Speaker recorder = Speaker::client)
    {
        recorder_ = std::make_unique<TraceRecorder>(
            UniqueFd(::dup(file_.get())), max_bytes,
            TraceHeader{trace_version, recorder, std::chrono::seconds(1), "program", "peer"},
            [this](const std::string &reason) { problems_.push_back(reason); });
    }

    // The client's messages are sent, the server's received.
    ByteBuffer &client() { return client_; }
    ByteBuffer &server() { return server_; }
    void say()
    {
        if (!client_.empty())
            recorder_->sent(client_.data());
        if (!server_.empty())
            recorder_->received(server_.data());
        client_.clear();
        server_.clear();
    }

    std::string file() const
    {
        std::string text(static_cast<std::size_t>(::lseek(file_.get(), 0, SEEK_END)), '\0');
        EXPECT_EQ(::pread(file_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
        return text;
    }

    // What `netsane trace --all` shows of these bytes; behind it the error, if there is one.
    static std::string shown(std::string_view bytes, std::unique_ptr<TraceView> view = makeTraceText({false, true}))
    {
        TracePlayer player(*view);
        std::string out;
        try {
            player.play(bytesOf(bytes), out);
            player.end(out);
        } catch (const TraceError &error) {
            out += std::string("ERROR ") + error.what() + "\n";
        }
        return out;
    }

    UniqueFd file_;
    std::vector<std::string> problems_;
    std::unique_ptr<TraceRecorder> recorder_;
    ByteBuffer client_;
    ByteBuffer server_;
};

} // namespace netsane
