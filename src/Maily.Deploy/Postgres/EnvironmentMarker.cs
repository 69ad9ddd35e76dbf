using Npgsql;

namespace Maily.Deploy.Postgres;

/// <summary>The row that says which environment a database belongs to, so that staging's run with production's secrets is refused.</summary>
public static class EnvironmentMarker
{
    /// <summary>The environment's name, or null where none has been written.</summary>
    public static async Task<string?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await connection.FindAsync<bool>("select to_regclass('maily_deploy.environment') is not null", cancellation)
            ? await connection.FindAsync<string>("select name from maily_deploy.environment order by created_at limit 1", cancellation)
            : null;

    /// <summary>Writes it where none is, in the present transaction.</summary>
    /// <exception cref="WrongEnvironmentException">Another one is written there.</exception>
    public static async Task WriteAsync(NpgsqlConnection connection, string environment, CancellationToken cancellation)
    {
        var present = await ReadAsync(connection, cancellation);
        if (present is null)
            await connection.RunAsync("insert into maily_deploy.environment(name) values ($1) on conflict do nothing", cancellation, environment);
        else if (!string.Equals(present, environment, StringComparison.Ordinal))
            throw new WrongEnvironmentException(environment, present);
    }
}

/// <summary>The database belongs to another environment than the one that is deployed.</summary>
public sealed class WrongEnvironmentException(string wanted, string present)
    : DeployException($"The database belongs to {present}, and {wanted} is being deployed.", $"Use the secrets of {wanted}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
