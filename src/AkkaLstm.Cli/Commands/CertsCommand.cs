using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>certs --out DIR</c>: an authority and certificates for a cluster of one's own.</summary>
internal static class CertsCommand
{
    private const int DefaultDays = 365;
    private const int MostDays = 3650;

    /// <summary>Keys are for their owner only.</summary>
    private const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand("certs", "Make the certificates that the nodes of a cluster know each other by.")
        {
            Details = "Writes a certificate authority of the cluster's own (ca.crt, ca.key) and a certificate and key for "
                + "each role (coordinator, server, worker): ECDSA on P-256, PEM. A node needs ca.crt and the two files of "
                + "its role. ca.key lets its owner make members of the cluster: no node needs it, keep it in a safe "
                + "place. Existing files are never overwritten.",
            Examples =
            [
                new("certs --out tls", "valid for a year"),
                new("certs --out tls --days 30", "valid for a month"),
            ],
        };
        CliOption<string?> output = Values.Text("--out", OptionGroup.Command, "the folder to write to", "DIR");
        output.Required = true;
        CliOption<int?> days = Values.Int(
            "--days", OptionGroup.Command, $"how long they are valid, 1 to {MostDays} (default: {DefaultDays})");
        command.Options.Add(output);
        command.Options.Add(days);
        return new CliEntry(command, context =>
        {
            int valid = context.Parsed.GetValue(days) ?? DefaultDays;
            if (valid is < 1 or > MostDays)
                throw new BadInputException($"--days: {valid} is out of range; use 1 to {MostDays}");
            string folder = context.Parsed.GetValue(output)!;
            IReadOnlyList<string> files = Write(folder, valid);
            if (context.IsJson)
                context.WriteJson(new { Folder = folder, Days = valid, Files = files });
            else
                Tell(context.Console.Out, folder, files, valid);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static IReadOnlyList<string> Write(string folder, int days)
    {
        (PemPair authority, IReadOnlyDictionary<NodeRole, PemPair> roles) =
            ClusterCertificateMaker.Make(days, TimeProvider.System);
        (string Name, string Text, bool IsKey)[] files =
        [
            .. Files("ca", authority),
            .. roles.SelectMany(role => Files(role.Key.ToString().ToLowerInvariant(), role.Value)),
        ];
        try
        {
            Directory.CreateDirectory(folder);

            // All are looked for first, so that nothing is written where one is in the way.
            if (files.Select(file => Path.Combine(folder, file.Name)).FirstOrDefault(Path.Exists) is { } taken)
                throw new BadInputException($"--out {folder}: {taken} is there already; name another folder or move it away");
            foreach ((string name, string text, bool isKey) in files)
                WriteNew(Path.Combine(folder, name), text, isKey);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or DirectoryNotFoundException or NotSupportedException)
        {
            throw new BadInputException(
                $"--out {folder}: cannot be written to ({e.Message.TrimEnd('.')}); name a folder you may write to", e);
        }
        catch (IOException e) when (File.Exists(folder))
        {
            throw new BadInputException($"--out {folder}: is a file; name a folder", e);
        }

        return [.. files.Select(file => file.Name)];
    }

    private static IEnumerable<(string Name, string Text, bool IsKey)> Files(string name, PemPair pair) =>
        [($"{name}.crt", pair.Certificate, false), ($"{name}.key", pair.Key, true)];

    /// <summary>A key has its mode from the first moment on.</summary>
    private static void WriteNew(string path, string text, bool isKey)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isKey && !OperatingSystem.IsWindows())
            options.UnixCreateMode = KeyMode;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(text);
    }

    private static void Tell(TextWriter output, string folder, IReadOnlyList<string> files, int days)
    {
        output.WriteLine($"{folder}: valid for {days} days");
        foreach (string file in files)
            output.WriteLine($"  {file}");
        output.WriteLine();
        output.WriteLine($"Start every node with --tls {folder}; it reads ca.crt and the two files of its role there.");
        output.WriteLine("Copy no more than these three files to a machine.");
        output.WriteLine("ca.key makes members of the cluster: no node needs it, so keep it in a safe place.");
    }
}
