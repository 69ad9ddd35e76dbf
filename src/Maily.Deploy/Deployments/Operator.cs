namespace Maily.Deploy.Deployments;

/// <summary>Who runs this process, as journals, holds and messages name people.</summary>
public static class Operator
{
    /// <summary><c>user@host</c>.</summary>
    public static string Name => $"{Environment.UserName}@{Environment.MachineName}";
}
