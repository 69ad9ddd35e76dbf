using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Ends a deployment and writes down what happened.</summary>
public interface IReport : IPrepare
{
    /// <summary>Ends the journal, gives the lease back, writes report.json, .md and .html, and sets the exit code.</summary>
    Target Report => _ => _
        .Description("Ends the journal, records what is live, writes report.json, .md and .html")
        .TriggeredBy(Validate, Prepare)
        .TryAfter<ICompensate>(x => x.Compensate)
        .TryAfter<INotify>(x => x.Notify)
        .TryAfter<ISmokeTest>(x => x.SmokeTest)
        .AssuredAfterFailure()
        .ExecutesAsync(cancellation => new Ending(this).RunAsync(cancellation));
}
