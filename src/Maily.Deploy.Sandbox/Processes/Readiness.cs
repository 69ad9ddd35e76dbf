using System.Net.Sockets;

namespace Maily.Deploy.Sandbox.Processes;

/// <summary>Asks a far side that is starting whether it answers yet.</summary>
public static class Readiness
{
    /// <summary>Between two attempts.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>True where <paramref name="answers"/> is; false where it is not, or fails as a server that is not up yet does.</summary>
    public static async Task<bool> AnswersAsync(Func<CancellationToken, Task<bool>> answers, CancellationToken cancellation)
    {
        try
        {
            return await answers(cancellation);
        }
        catch (Exception early) when (early is HttpRequestException or SocketException or IOException or Npgsql.NpgsqlException)
        {
            return false;
        }
    }
}
