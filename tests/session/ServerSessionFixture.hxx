// The server's engine driven from byte arrays: no socket, no process, no clock but ours.
#pragma once

#include "FakeServerHost.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "session/ServerSession.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <netsane/plugin.h>
#include <string>
#include <vector>

namespace netsane {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ServerSessionTest : public testing::Test {
protected:
    ServerSessionTest()
    {
        settings.progress_interval = milliseconds(10000);
        settings.close_timeout = milliseconds(10000);
        settings.auth_fail_delay = milliseconds(2000);
    }

    void begin()
    {
        session = std::make_unique<ServerSession>(settings, std::vector<const Method *>{}, PeerInfo{"127.0.0.1", true},
                                                  host, now);
        greeting = takeCommands();
    }

    void requireLogin() { settings.auth_methods = {{1, NETSANE_FLAG_NEEDS_CONFIDENTIALITY, "unix"}, {7, 0, "other"}}; }

    void send(const ByteBuffer &bytes) { sendBytes(bytes.data()); }

    void sendBytes(std::span<const std::byte> bytes)
    {
        const auto room = session->receiveBuffer(bytes.size());
        ASSERT_GE(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), bytes.size());
        session->received(bytes.size(), now);
    }

    // What the server sent, as whole messages.
    std::vector<ByteBuffer> take()
    {
        std::vector<ByteBuffer> list;
        FrameDecoder decoder(limits_after_login);
        decoder.push(session->output().data());
        session->output().clear();
        while (const auto message = decoder.next()) {
            list.emplace_back();
            list.back().append(message->bytes);
        }
        EXPECT_TRUE(decoder.pending().empty());
        return list;
    }

    static MessageView view(const ByteBuffer &message) { return viewMessage(message.data(), limits_after_login); }

    std::vector<Command> takeCommands()
    {
        std::vector<Command> list;
        for (const auto &message : take())
            list.push_back(static_cast<Command>(view(message).command));
        return list;
    }

    static ByteBuffer bare(Command command)
    {
        ByteBuffer out;
        encodeBare(out, command);
        return out;
    }

    static ByteBuffer open(const std::string &name)
    {
        ByteBuffer out;
        encodeOpenRequest(out, {name});
        return out;
    }

    static ByteBuffer withHandle(Command command, const HandleBytes &handle)
    {
        ByteBuffer out;
        encodeHandleRequest(out, command, handle);
        return out;
    }

    static ByteBuffer read(const HandleBytes &handle, std::uint32_t bytes = 65536)
    {
        ByteBuffer out;
        encodeReadRequest(out, handle, {bytes});
        return out;
    }

    void deviceSays(DeviceKey key, const ByteBuffer &message)
    {
        ASSERT_TRUE(session->wantsDevice(key));
        session->deviceMessage(key, view(message), now);
    }

    // Opens a device all the way; returns the client's handle.
    HandleBytes openDevice(DeviceKey key)
    {
        send(open("test:0"));
        session->deviceOpened(key, {OpenDecision::Kind::opened, {}}, now);
        ByteBuffer reply;
        encodeOpenReply(reply, {{}, {channel_handle.begin(), channel_handle.end()}, {}});
        deviceSays(key, reply);
        const auto sent = take();
        EXPECT_EQ(sent.size(), 1U);
        host.calls.clear();
        host.to_device.clear();
        return decodeOpenReply(view(sent.at(0))).handle;
    }

    SessionSettings settings;
    FakeServerHost host;
    SessionTime now = SessionTime() + std::chrono::hours(1);
    std::unique_ptr<ServerSession> session;
    std::vector<Command> greeting;
};

} // namespace netsane
