using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Compares the database's schema with the one that its migrations make.</summary>
public interface IVerifySchema : IPrepare
{
    /// <summary>Compares; changes nothing.</summary>
    Target VerifySchema => _ => _
        .Description("Compares the database's schema with the one that its migrations make")
        .DependsOn(Prepare)
        .TryAfter<IMigrate>(x => x.Migrate)
        .OnlyWhenStatic(() => !SkipDatabase)
        .ExecutesAsync(signals => Session.RunStageAsync(this, nameof(VerifySchema), signals));
}
