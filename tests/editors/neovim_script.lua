-- What the scripts here have in common: what they saw goes to a JSON file, also when something fails, and Neovim ends.
--
-- script(OUTPUT, LIMIT, WORK): calls work(seen, wait). `seen` is what is written; wait(WHAT, CONDITION, PAUSE) waits for a
-- condition at most LIMIT milliseconds, looking every PAUSE (20), and fails with what it waited for.

return function(output, limit, work)
  local seen = { steps = {} }

  local function wait(what, condition, pause)
    table.insert(seen.steps, what)
    if not vim.wait(limit, condition, pause or 20) then
      error('waited in vain for: ' .. what, 0)
    end
  end

  local ok, err = pcall(work, seen, wait)
  seen.failure = not ok and tostring(err) or nil
  seen.messages = vim.api.nvim_exec2('messages', { output = true }).output
  local handle = assert(io.open(output, 'w'))
  handle:write(vim.json.encode(seen))
  handle:close()
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(10000, function()
    return #vim.lsp.get_clients() == 0
  end, 20)
  os.exit(ok and 0 or 1)
end
