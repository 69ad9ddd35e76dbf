namespace Maily.Deploy.Sandbox.Postgres;

/// <summary>
/// The shell script that makes a data directory and becomes the server. It is one script, so that both run as the same user,
/// in the same namespace and with the same log.
/// </summary>
static class PostgresScript
{
    /// <summary>Its settings; the script's parameters are data folder, programs' folder, superuser, port, containment, durability, place of extensions.</summary>
    // Shared memory in files of the data directory leaves nothing in /dev/shm when the server is killed.
    const string Settings =
        """
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync="$6" -c synchronous_commit="$6" -c full_page_writes="$6"
        -c dynamic_shared_memory_type=mmap -c shared_buffers=64MB -c max_connections=100 -c wal_level=logical -c password_encryption=scram-sha-256
        -c log_line_prefix='%m [%p] %u@%d ' -c timezone=UTC -c autovacuum=on -c max_wal_size=256MB
        """;

    /// <summary>As root: gives the folder to the system user <c>postgres</c>, whom the server refuses to do without.</summary>
    // Inside its own mount namespace the folder appears in a place that this user can reach, wherever the repository lies.
    public static string AsRoot { get; } = Script(
        """
        data=$1/data
        chown postgres: "$1" "$1/password"
        if [ "$5" = namespace ]; then
          [ -z "$7" ] || mount --bind "$1/extension" "$7"
          place=/var/lib/postgresql; [ -d $place ] || place=/mnt
          mount --bind "$1" $place
          cd $place
          data=$place/data; password=$place/password
        fi
        become() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
        """,
        "exec setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig KILL");

    /// <summary>As any other user: the server runs as this user.</summary>
    public static string AsUser { get; } = Script("data=$1/data\nbecome() { \"$@\"; }", "exec");

    static string Script(string prepare, string become) =>
        $"""
        set -eu
        password=$1/password
        {prepare}
        become "$2/initdb" -D "$data" --username="$3" --pwfile="$password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions
        rm "$1/password"
        {become} "$2/postgres" -D "$data" -p "$4" {Settings.ReplaceLineEndings(" ")}

        """;
}
