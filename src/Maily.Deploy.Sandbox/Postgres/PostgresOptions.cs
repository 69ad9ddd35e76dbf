using System.Security.Cryptography;

namespace Maily.Deploy.Sandbox.Postgres;

/// <summary>How the sandbox's Postgres is made.</summary>
public sealed record PostgresOptions
{
    /// <summary>The role that deployments connect as. As on Supabase it is no superuser, but owns the databases and may make roles.</summary>
    public string Role { get; init; } = "postgres";

    /// <summary>Its password; new for each server unless it is set.</summary>
    public string Password { get; init; } = NewPassword();

    /// <summary>The superuser's name, as on Supabase.</summary>
    public string Superuser { get; init; } = "supabase_admin";

    /// <summary>Its password; new for each server unless it is set.</summary>
    public string SuperuserPassword { get; init; } = NewPassword();

    /// <summary>The application's database.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>The database of the deployments' journal.</summary>
    public string JournalDatabase { get; init; } = "maily_journal";

    /// <summary>Whether commits wait for the disk. Off, they survive a killed server but no power failure, which is enough for a sandbox.</summary>
    public bool IsDurable { get; init; }

    /// <summary>How long the server may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    static string NewPassword() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
