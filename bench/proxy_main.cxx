// The delaying and counting proxy as a program. Writes a line with the addresses it listens at, then answers the lines
// of its standard input, a pipe: "report", "reset" and "delay MILLISECONDS" with a line of JSON each. Ends with it.

#include "bench/Proxy.hxx"
#include "os/Error.hxx"

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <charconv>
#include <exception>
#include <fmt/format.h>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace netsane;

std::chrono::microseconds fromMilliseconds(double milliseconds)
{
    return std::chrono::microseconds(static_cast<long>(milliseconds * 1000));
}

std::string answer(Proxy &proxy, std::string_view line)
{
    constexpr std::string_view delay = "delay ";
    if (line == "report")
        return proxy.report();
    if (line == "reset") {
        proxy.reset();
        return "{}";
    }
    if (line.starts_with(delay)) {
        double milliseconds = -1;
        std::from_chars(line.data() + delay.size(), line.data() + line.size(), milliseconds);
        if (milliseconds >= 0) {
            proxy.setDelay(fromMilliseconds(milliseconds));
            return "{}";
        }
    }
    return R"({"error": "not report, reset or delay MILLISECONDS"})";
}

class ControlLines {
public:
    ControlLines(EventLoop &loop, Proxy &proxy)
        : loop_(loop),
          proxy_(proxy),
          watch_(
              loop, STDIN_FILENO, [this] { read(); }, nullptr)
    {
        watch_.wantRead(true);
    }

private:
    void read()
    {
        std::array<char, 512> buffer;
        const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            return;
        if (count <= 0)
            return loop_.stop();
        pending_.append(buffer.data(), static_cast<std::size_t>(count));
        for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
            std::cout << answer(proxy_, std::string_view(pending_).substr(0, end)) << std::endl;
            pending_.erase(0, end + 1);
        }
    }

    EventLoop &loop_;
    Proxy &proxy_;
    FdWatch watch_;
    std::string pending_;
};

int run(const std::vector<std::string> &routes, double delay_ms)
{
    EventLoop loop;
    Proxy proxy(loop);
    proxy.setDelay(fromMilliseconds(delay_ms));
    std::string listeners;
    for (const auto &route : routes)
        listeners += fmt::format("{}\"{}\"", listeners.empty() ? "" : ", ", proxy.addRoute(route));
    std::cout << "{\"listen\": [" << listeners << "]}" << std::endl;
    const ControlLines control(loop, proxy);
    loop.run();
    std::cout << proxy.report() << std::endl;
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    CLI::App app("Passes connections on with a delay each way, and counts bytes and round trips.");
    std::vector<std::string> routes;
    double delay_ms = 0;
    app.add_option("route", routes, "LISTEN=TARGET, numeric: 127.0.0.1:0=127.0.0.1:6576")->required();
    app.add_option("--delay", delay_ms, "milliseconds that each direction takes")->check(CLI::NonNegativeNumber);
    CLI11_PARSE(app, argc, argv);
    try {
        return run(routes, delay_ms);
    } catch (const std::exception &error) {
        std::cerr << "proxy: " << error.what() << '\n';
        return 1;
    }
}
