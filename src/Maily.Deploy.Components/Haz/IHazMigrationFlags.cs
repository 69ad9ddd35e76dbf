using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>The flags of <c>supabase db push</c>.</summary>
public interface IHazMigrationFlags : INukeBuild
{
    /// <summary>Also applies migrations that are older than the newest one of the database.</summary>
    [Parameter("Also applies migrations that are older than the newest one of the database")]
    bool IncludeAll => TryGetValue<bool?>(() => IncludeAll) ?? false;

    /// <summary>Runs supabase/roles.sql before the migrations.</summary>
    [Parameter("Runs supabase/roles.sql before the migrations")]
    bool IncludeRoles => TryGetValue<bool?>(() => IncludeRoles) ?? false;

    /// <summary>Runs the seed files of supabase/config.toml after the migrations, each once.</summary>
    [Parameter("Runs the seed files of supabase/config.toml after the migrations, each once")]
    bool IncludeSeed => TryGetValue<bool?>(() => IncludeSeed) ?? false;
}
