// What a recorded session took: round trips, bytes, how long each command was waited for.

#include "tool/trace/FieldText.hxx"
#include "tool/trace/TraceView.hxx"

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <map>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_waiting = 2048; // a session that keeps to the protocol has no more

struct Figures {
    std::uint64_t requests = 0;
    std::uint64_t sent_bytes = 0; // by the client
    std::uint64_t replies = 0;
    std::uint64_t received_bytes = 0;
    TraceTime waited{0};
    TraceTime longest{0};
};

double seconds(TraceTime time)
{
    return static_cast<double>(time.count()) / 1e6;
}

class TraceSummary final : public TraceView {
public:
    explicit TraceSummary(bool json) : json_(json) {}

    void begin(const TraceHeader &, std::string &) override {}

    void show(const TraceRecord &record, const NamedFields &fields, std::string &) override
    {
        last_ = std::max(last_, record.time);
        if (record.kind != TraceKind::message)
            return;
        if (record.speaker == Speaker::client)
            clientSays(record);
        else
            serverSays(record, fields);
    }

    void end(std::string &out) override { json_ ? writeJson(out) : writeText(out); }

private:
    struct Waiting {
        std::uint32_t command;
        TraceTime since;
    };

    void clientSays(const TraceRecord &record)
    {
        auto &figures = commands_[record.command];
        ++figures.requests;
        figures.sent_bytes += record.size;
        client_bytes_ += record.size;
        client_spoke_ = true;
        if (isRequest(static_cast<Command>(record.command)) && waiting_.size() < max_waiting)
            waiting_.push_back({record.command, record.time});
    }

    void serverSays(const TraceRecord &record, const NamedFields &fields)
    {
        auto &figures = commands_[record.command];
        ++figures.replies;
        figures.received_bytes += record.size;
        server_bytes_ += record.size;
        if (std::exchange(client_spoke_, false))
            ++turns_;
        for (const auto &field : fields)
            if (field.name == "data")
                image_bytes_ += field.value.size;
        if (waiting_.empty() || waiting_.front().command != record.command)
            return;
        const auto waited = record.time - waiting_.front().since;
        waiting_.pop_front();
        figures.waited += waited;
        figures.longest = std::max(figures.longest, waited);
    }

    void writeText(std::string &out) const
    {
        std::array<char, 256> line{};
        std::snprintf(line.data(), line.size(),
                      "%.6f s, %llu round trips, %llu bytes from the client, %llu from the server (image: %llu)\n\n"
                      "command       sent      bytes  received      bytes   mean ms    max ms\n",
                      seconds(last_), number(turns_), number(client_bytes_), number(server_bytes_),
                      number(image_bytes_));
        out += line.data();
        for (const auto &[command, figures] : commands_) {
            std::snprintf(line.data(), line.size(), "%-10s %7llu %10llu %9llu %10llu %9.3f %9.3f\n",
                          commandText(command).c_str(), number(figures.requests), number(figures.sent_bytes),
                          number(figures.replies), number(figures.received_bytes), meanMilliseconds(figures),
                          seconds(figures.longest) * 1e3);
            out += line.data();
        }
    }

    void writeJson(std::string &out) const
    {
        std::array<char, 512> line{};
        std::snprintf(line.data(), line.size(),
                      "{\"seconds\":%.6f,\"round_trips\":%llu,\"client_bytes\":%llu,\"server_bytes\":%llu,"
                      "\"image_bytes\":%llu,\"commands\":[",
                      seconds(last_), number(turns_), number(client_bytes_), number(server_bytes_),
                      number(image_bytes_));
        out += line.data();
        const char *separator = "";
        for (const auto &[command, figures] : commands_) {
            std::snprintf(
                line.data(), line.size(),
                "%s{\"command\":%s,\"sent\":%llu,\"sent_bytes\":%llu,\"received\":%llu,\"received_bytes\":%llu,"
                "\"mean_ms\":%.3f,\"max_ms\":%.3f}",
                std::exchange(separator, ","), jsonString(commandText(command)).c_str(), number(figures.requests),
                number(figures.sent_bytes), number(figures.replies), number(figures.received_bytes),
                meanMilliseconds(figures), seconds(figures.longest) * 1e3);
            out += line.data();
        }
        out += "]}\n";
    }

    static double meanMilliseconds(const Figures &figures)
    {
        return figures.replies == 0 ? 0.0 : seconds(figures.waited) * 1e3 / static_cast<double>(figures.replies);
    }
    static unsigned long long number(std::uint64_t value) { return value; }

    const bool json_;
    std::map<std::uint32_t, Figures> commands_;
    std::deque<Waiting> waiting_;
    std::uint64_t client_bytes_ = 0;
    std::uint64_t server_bytes_ = 0;
    std::uint64_t image_bytes_ = 0;
    std::uint64_t turns_ = 0;
    bool client_spoke_ = false;
    TraceTime last_{0};
};

} // namespace

std::unique_ptr<TraceView> makeTraceSummary(bool json)
{
    return std::make_unique<TraceSummary>(json);
}

} // namespace netsane
