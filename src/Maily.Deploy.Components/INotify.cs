using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Tells people how a deployment ended.</summary>
public interface INotify : IPrepare
{
    /// <summary>Tells Slack how it ended.</summary>
    Target Notify => _ => _
        .Description("Tells Slack how it ended")
        .TriggeredBy(Prepare)
        .TryAfter<ICompensate>(x => x.Compensate)
        .TryAfter<ISmokeTest>(x => x.SmokeTest)
        .AssuredAfterFailure()
        .OnlyWhenDynamic(() => Session.Deployment != null, "a deployment began")
        .ExecutesAsync(cancellation => Announcement.EndedAsync(this, cancellation));
}
