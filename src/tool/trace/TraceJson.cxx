// A recording for programs: a JSON object on a line for the header and for each record.

#include "tool/trace/FieldText.hxx"
#include "tool/trace/TraceView.hxx"

#include <array>
#include <cstdio>

namespace netsane {

namespace {

std::string secondsText(TraceTime time)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%lld.%06lld", static_cast<long long>(time.count() / 1'000'000),
                  static_cast<long long>(time.count() % 1'000'000));
    return text.data();
}

const char *sideText(Speaker speaker)
{
    return speaker == Speaker::client ? "\"client\"" : "\"server\"";
}

class TraceJson final : public TraceView {
public:
    void begin(const TraceHeader &header, std::string &out) override
    {
        out += "{\"version\":" + std::to_string(header.version) + ",\"recorder\":" + sideText(header.recorder) +
               ",\"begin\":" + std::to_string(header.begin.count()) + ",\"program\":" + jsonString(header.program) +
               ",\"about\":" + jsonString(header.about) + "}\n";
    }

    void show(const TraceRecord &record, const NamedFields &fields, std::string &out) override
    {
        out += "{\"time\":" + secondsText(record.time);
        switch (record.kind) {
        case TraceKind::switched:
            out += std::string(",\"encrypted\":") + (record.encrypted ? "true" : "false");
            break;
        case TraceKind::note:
            out += ",\"note\":" + jsonString(record.text);
            break;
        case TraceKind::message:
            showMessage(record, fields, out);
        }
        out += "}\n";
    }

    void end(std::string &) override {}

private:
    static void showMessage(const TraceRecord &record, const NamedFields &fields, std::string &out)
    {
        out += std::string(",\"from\":") + sideText(record.speaker) +
               ",\"command\":" + jsonString(commandText(record.command)) + ",\"bytes\":" + std::to_string(record.size) +
               ",\"fields\":[";
        bool is_first = true;
        for (const auto &field : fields) {
            out += is_first ? "" : ",";
            is_first = false;
            out += "{\"name\":" + jsonString(fieldName(field));
            out += field.value.is_present ? ",\"value\":" + fieldJson(field)
                                          : ",\"bytes\":" + std::to_string(field.value.size);
            out += "}";
        }
        out += "]";
    }
};

} // namespace

std::unique_ptr<TraceView> makeTraceJson()
{
    return std::make_unique<TraceJson>();
}

} // namespace netsane
