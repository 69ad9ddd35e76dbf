using Maily.Deploy.Postgres;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>Finds what is unsafe about the migrations that a database lacks.</summary>
/// <param name="target">The database; only read.</param>
/// <param name="options">Its migrations.</param>
/// <param name="lint">Looks at them.</param>
public sealed class PendingLint(DatabaseSettings target, MigrationOptions options, MigrationLint lint)
{
    /// <summary>The findings.</summary>
    /// <exception cref="MigrationFailedException">A pending migration fails on the scratch database.</exception>
    public async Task<SafetyReport> RunAsync(CancellationToken cancellation)
    {
        var situation = await MigrationSituation.ReadAsync(target, options, null, cancellation);
        return await lint.RunAsync(situation.Applied, situation.Pending, cancellation);
    }
}
