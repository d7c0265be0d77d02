// A way to show a recording: as text, as JSON, as a summary. Made by TraceCommand, which feeds it record by record.
#pragma once

#include "trace/TraceFormat.hxx"

#include <memory>
#include <string>

namespace netsane {

class TraceView {
public:
    virtual ~TraceView() = default;

    // Each appends what is to be written to `out`. fields: those of a message, with their names.
    virtual void begin(const TraceHeader &header, std::string &out) = 0;
    virtual void show(const TraceRecord &record, const NamedFields &fields, std::string &out) = 0;
    virtual void end(std::string &out) = 0; // also where the recording is cut off
};

struct TraceStyle {
    bool colours = false;
    bool all_fields = false; // those of each option's descriptor, too
};

std::unique_ptr<TraceView> makeTraceText(TraceStyle style);
std::unique_ptr<TraceView> makeTraceJson();
std::unique_ptr<TraceView> makeTraceSummary(bool json);

} // namespace netsane
