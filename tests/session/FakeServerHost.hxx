// A ServerHost that writes down what it is asked.
#pragma once

#include "session/ServerTypes.hxx"
#include "wire/FrameDecoder.hxx"

#include <algorithm>
#include <string>
#include <vector>

namespace netsane {

class FakeServerHost final : public ServerHost {
public:
    std::vector<std::string> calls;
    std::vector<std::string> given_up;
    std::vector<std::string> logged;
    std::vector<LoginStart> logins;
    ByteBuffer to_device;
    ByteBuffer to_client;        // what didn't wait in the session
    std::size_t client_room = 0; // that sendToClient() takes, in all

    std::vector<Command> commandsToDevice()
    {
        std::vector<Command> list;
        FrameDecoder decoder(limits_after_login);
        decoder.push(to_device.data());
        while (const auto message = decoder.next())
            list.push_back(static_cast<Command>(message->command));
        return list;
    }

    void listDevices() override { calls.push_back("list"); }
    void openDevice(DeviceKey key, std::string_view name) override
    {
        calls.push_back("open " + std::to_string(key) + " " + std::string(name));
    }
    void sendToDevice(DeviceKey, std::span<const std::byte> bytes) override { to_device.append(bytes); }
    std::size_t sendToClient(std::span<const std::byte> bytes) override
    {
        const auto taken = std::min(bytes.size(), client_room);
        to_client.append(bytes.first(taken));
        client_room -= taken;
        return taken;
    }
    void closeDevice(DeviceKey key) override { calls.push_back("close " + std::to_string(key)); }
    void startLogin(const LoginStart &login) override
    {
        logins.push_back(login);
        calls.push_back("login " + std::to_string(login.exchange) + " method " + std::to_string(login.method) +
                        " user " + login.user + " attempt " + std::to_string(login.attempt));
    }
    void continueLogin(ExchangeKey exchange, std::vector<std::vector<std::byte>>) override
    {
        calls.push_back("continue " + std::to_string(exchange));
    }
    void cancelLogin(ExchangeKey exchange) override { calls.push_back("cancel " + std::to_string(exchange)); }
    void scanEnded(DeviceKey key, const ScanSummary &scan) override
    {
        calls.push_back("scan " + std::to_string(key) + " status " +
                        std::to_string(static_cast<std::uint32_t>(scan.status)) + " bytes " +
                        std::to_string(scan.image_bytes));
    }
    void loginGivenUp(std::string_view reason) override { given_up.emplace_back(reason); }
    void loginForgotten() override { calls.push_back("login forgotten"); }
    void logSession(std::string_view text) override { logged.emplace_back(text); }
};

} // namespace netsane
