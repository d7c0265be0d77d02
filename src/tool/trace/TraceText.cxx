// A recording for people: a line for each message.

#include "tool/trace/FieldText.hxx"
#include "tool/trace/TraceView.hxx"
#include "util/Printable.hxx"

#include <array>
#include <cstdio>
#include <ctime>

namespace netsane {

namespace {

constexpr std::size_t max_note_bytes = 1024;

constexpr const char *bold = "\033[1m";
constexpr const char *client_colour = "\033[36m"; // cyan
constexpr const char *server_colour = "\033[32m"; // green
constexpr const char *bad_colour = "\033[31m";    // red
constexpr const char *faint = "\033[2m";
constexpr const char *plain = "\033[0m";

std::string timeText(TraceTime time)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%11.6f", static_cast<double>(time.count()) / 1e6);
    return text.data();
}

std::string dateText(std::chrono::seconds since_1970)
{
    const auto time = static_cast<std::time_t>(since_1970.count());
    std::tm parts{};
    std::array<char, 48> text{};
    if (!::gmtime_r(&time, &parts) || std::strftime(text.data(), text.size(), "%F %T UTC", &parts) == 0)
        return "at a time that can't be";
    return text.data();
}

bool isFailure(const NamedField &field)
{
    return field.form == FieldForm::status && field.name == "status" && fieldText(field) != "GOOD" &&
           fieldText(field) != "EOF";
}

class TraceText final : public TraceView {
public:
    explicit TraceText(TraceStyle style) : style_(style) {}

    void begin(const TraceHeader &header, std::string &out) override
    {
        const bool by_client = header.recorder == Speaker::client;
        out += inColour(bold, std::string("Recorded by the ") + (by_client ? "client" : "server") + " " +
                                  printable(header.program, max_note_bytes) + ", " + (by_client ? "server " : "") +
                                  printable(header.about, max_note_bytes) + ", " + dateText(header.begin));
        out += "\n";
    }

    void show(const TraceRecord &record, const NamedFields &fields, std::string &out) override
    {
        out += inColour(faint, timeText(record.time)) + "  ";
        switch (record.kind) {
        case TraceKind::switched:
            out += inColour(bold, record.encrypted ? "-- from here on encrypted" : "-- from here on in clear");
            break;
        case TraceKind::note:
            out += inColour(bold, "-- " + printable(record.text, max_note_bytes));
            break;
        case TraceKind::message:
            showMessage(record, fields, out);
        }
        out += '\n';
    }

    void end(std::string &) override {}

private:
    std::string inColour(const char *colour, const std::string &text) const
    {
        return style_.colours ? colour + text + plain : text;
    }

    void showMessage(const TraceRecord &record, const NamedFields &fields, std::string &out) const
    {
        const bool by_client = record.speaker == Speaker::client;
        std::array<char, 64> head{};
        std::snprintf(head.data(), head.size(), "%s %-9s %7zu", by_client ? "client" : "server",
                      commandText(record.command).c_str(), record.size);
        out += inColour(by_client ? client_colour : server_colour, head.data());
        for (const auto &field : fields) {
            if (!style_.all_fields && field.group == "option" && field.name != "name" && field.name != "option")
                continue;
            const std::string text = " " + fieldName(field) + "=" + fieldText(field);
            out += isFailure(field) ? inColour(bad_colour, text) : text;
        }
    }

    const TraceStyle style_;
};

} // namespace

std::unique_ptr<TraceView> makeTraceText(TraceStyle style)
{
    return std::make_unique<TraceText>(style);
}

} // namespace netsane
