using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Lists an environment's backups, and deletes what has expired.</summary>
public interface IBackups : IHazDeployment
{
    /// <summary>Deletes; without it the backups are only listed.</summary>
    [Parameter("With Backups: deletes what has expired or been replaced, and proves it")]
    bool Expire => TryGetValue<bool?>(() => Expire) ?? false;

    /// <summary>Lists the backups; nothing else ever deletes one.</summary>
    Target Backups => _ => _
        .Description("Lists the backups; with --expire deletes what has expired or been replaced, and proves it")
        .ExecutesAsync(cancellation => new KeepingBackups(this).RunAsync(Expire, cancellation));
}
